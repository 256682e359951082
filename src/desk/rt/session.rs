//! Signing in. A token goes with each request. With a password we sign in once for a cookie:
//! checking it costs the server a fifth of a second each time, the cookie next to nothing.

use reqwest::header::{AUTHORIZATION, COOKIE, HeaderValue};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::{Auth, Rt};
use crate::desk::http::{Http, Reply, error};
use crate::desk::{Answer, ErrorKind};
use crate::domain::Instant;

/// Where the interface begins.
const ROOT: &str = "/REST/2.0";

impl Rt {
    /// Sends a request, signed in. If the session was lost it signs in once again: the server
    /// has not looked at what was asked. The answer may have any status.
    ///
    /// # Errors
    /// Unreachable, or the sign-in fails.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        fill: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> Answer<Reply> {
        let path = format!("{ROOT}{path}");
        let make = |http: &Http| fill(http.request(method.clone(), &path));
        match &self.settings.auth {
            Auth::Token(token) => {
                let token = token.get().await?;
                let token = secret(format!("token {}", token.expose_secret().trim()))?;
                self.http
                    .send(make(&self.http).header(AUTHORIZATION, token))
                    .await
            }
            Auth::Password { user, password } => {
                let password = &password.get().await?;
                let cookie = self.cookie(user, password, None).await?;
                let request = make(&self.http).header(COOKIE, held(&cookie)?);
                let reply = self.http.send(request).await?;
                if !reply.wants_sign_in() {
                    return Ok(reply);
                }
                let cookie = self.cookie(user, password, Some(&cookie)).await?;
                let request = make(&self.http).header(COOKIE, held(&cookie)?);
                self.http.send(request).await
            }
        }
    }

    /// The answer to a GET.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer<Reply> {
        self.ask(Method::GET, path, |r| r.query(query)).await
    }

    /// What a GET answers.
    ///
    /// # Errors
    /// As [`Self::ask`]; any status but success.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        now: Instant,
    ) -> Answer<T> {
        self.get(path, query).await?.json(now)
    }

    /// The cookie of our session; a new one if that is the stale one. Whoever comes at the same
    /// time waits, so that we sign in once.
    async fn cookie(
        &self,
        user: &str,
        password: &SecretString,
        stale: Option<&SecretString>,
    ) -> Answer<SecretString> {
        let mut session = self.session.lock().await;
        let is_stale = |c: &SecretString| {
            stale.is_some_and(|stale| stale.expose_secret() == c.expose_secret())
        };
        if let Some(cookie) = session.as_ref().filter(|c| !is_stale(c)) {
            return Ok(cookie.clone());
        }
        *session = None;
        let form = [("user", user), ("pass", password.expose_secret())];
        let request = self
            .http
            .request(Method::POST, "/NoAuth/Login.html")
            .form(&form);
        let reply = self.http.send(request).await?;
        // The right password and a wrong one are answered alike; the next request tells.
        let cookies: Vec<&str> = reply
            .cookies()
            .filter(|c| c.starts_with("RT_SID_"))
            .collect();
        if cookies.is_empty() {
            return Err(error(
                ErrorKind::SignIn,
                "the desk has no log-in page for names and passwords",
                Some("make a token there and sign in with it"),
            ));
        }
        let cookie = SecretString::from(cookies.join("; "));
        *session = Some(cookie.clone());
        Ok(cookie)
    }
}

fn held(cookie: &SecretString) -> Answer<HeaderValue> {
    secret(cookie.expose_secret().to_owned())
}

/// A header that is never written into a log.
fn secret(text: String) -> Answer<HeaderValue> {
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        error(
            ErrorKind::SignIn,
            "the token holds signs that no token has",
            Some("copy it again from the desk"),
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}
