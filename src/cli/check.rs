//! Looking after the settings. The doctor has a file of its own.

use serde_json::json;

use super::args::{ConfigWhat, Global};
use super::exit::{Code, Fail};
use super::out::Out;
use super::session;
use crate::config;
use crate::shell;

/// `config`
pub fn config(global: &Global, what: ConfigWhat, out: &mut Out) -> Result<Code, Fail> {
    if let ConfigWhat::Sample = what {
        out.bytes(config::SAMPLE.as_bytes())?;
        return Ok(Code::Ok);
    }
    let paths = session::paths(global)?;
    let (file, keys) = (paths.config_file(), paths.keys_file());
    match what {
        ConfigWhat::Path if global.json => out.json(&json!({
            "config": file.display().to_string(), "keys": keys.display().to_string(),
            "data": paths.data_dir.display().to_string(), "log": paths.state_dir.display().to_string(),
        }))?,
        ConfigWhat::Path => {
            out.row(&format!("settings  {}", file.display()))?;
            out.row(&format!("keys      {}", keys.display()))?;
            out.row(&format!("data      {}", paths.data_dir.display()))?;
            out.row(&format!("log       {}", paths.state_dir.display()))?;
        }
        ConfigWhat::Check | ConfigWhat::Sample => {
            let loaded = config::load(&paths)?;
            let wrong = |why: String| Fail::new(Code::Config, why);
            if let Some(why) = shell::views(&loaded.config).1.first() {
                return Err(wrong(format!("{}: {why}", file.display())));
            }
            shell::keymap(&loaded.config, &paths).map_err(wrong)?;
            config::load_requests(&paths)?;
            config::load_duties(&paths)?;
            config::load_questions(&paths)?;
            if global.json {
                out.json(&json!({"ok": true, "written": loaded.written}))?;
            } else if loaded.written {
                out.row(&format!("{} is in order", file.display()))?;
            } else {
                out.row(&format!(
                    "there is no {}; the defaults hold (`deskhand config sample` prints them)",
                    file.display()
                ))?;
            }
        }
    }
    Ok(Code::Ok)
}
