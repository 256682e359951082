//! Opening addresses and files with the machine's own programs.

use std::path::Path;

/// The program runs on another machine than the person sits at: a browser would open
/// there, or nowhere.
pub fn is_remote() -> bool {
    ["SSH_CONNECTION", "SSH_TTY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some())
}

/// Opens an address in the browser. Only `http` and `https`; call from a thread of its own.
///
/// # Errors
/// A sentence that holds the address, so that it can be opened by hand.
pub fn url(address: &str) -> Result<(), String> {
    if !(address.starts_with("https://") || address.starts_with("http://")) {
        return Err("only http and https addresses are opened".into());
    }
    if address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("the address holds blanks or control characters and is not opened".into());
    }
    if is_remote() {
        return Err(format!("this machine is reached over SSH; open {address}"));
    }
    open::that_detached(address).map_err(|e| format!("no browser opens {address}: {e}"))
}

/// Opens a file with the machine's own program.
///
/// # Errors
/// A sentence that names the file.
pub fn file(path: &Path) -> Result<(), String> {
    if is_remote() {
        return Err(format!(
            "this machine is reached over SSH; the file is {}",
            path.display()
        ));
    }
    open::that_detached(path).map_err(|e| format!("nothing opens {}: {e}", path.display()))
}
