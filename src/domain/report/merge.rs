//! Two people at one report: what each has changed, put together field by field.

use super::form::{Draft, Evidence, Field, Since, WorkspaceField};
use super::impact::Impact;
use super::person::Person;
use crate::domain::text::Untrusted;

/// What `mine` and `there` have become of `base`, together. A field that only one has changed is
/// as that one has it. Where both wrote text, both texts stand there, which the gate then asks
/// about; the fields in which that is so come along.
pub fn merge(base: &Draft, mine: &Draft, there: &Draft) -> (Draft, Vec<Field>) {
    let mut both = Vec::new();
    let mut text = |field, base: &Untrusted, mine: &Untrusted, there: &Untrusted, between| {
        let (text, clash) = texts(base.raw(), mine.raw(), there.raw(), between);
        if clash {
            both.push(field);
        }
        Untrusted::new(text)
    };
    let (b, m, t) = (base, mine, there);
    let workspace = WorkspaceField {
        name: text(
            Field::Workspace,
            &b.workspace.name,
            &m.workspace.name,
            &t.workspace.name,
            " / ",
        ),
        confirmed_new: one(
            &b.workspace.confirmed_new,
            &m.workspace.confirmed_new,
            &t.workspace.confirmed_new,
        ),
    };
    let user = Person {
        name: text(Field::User, &b.user.name, &m.user.name, &t.user.name, " / "),
        email: text(
            Field::User,
            &b.user.email,
            &m.user.email,
            &t.user.email,
            " / ",
        ),
    };
    let expected = text(Field::Expected, &b.expected, &m.expected, &t.expected, "\n");
    let actual = text(Field::Actual, &b.actual, &m.actual, &t.actual, "\n");
    let tried = text(Field::Tried, &b.tried, &m.tried, &t.tried, "\n");
    let environment = text(
        Field::Environment,
        &b.environment,
        &m.environment,
        &t.environment,
        "\n",
    );
    let (steps, clash) = lists(&b.steps, &m.steps, &t.steps);
    if clash {
        both.push(Field::Steps);
    }
    let since = since(b, m, t, &mut both);
    let merged = Draft {
        workspace,
        user,
        role: one(&b.role, &m.role, &t.role),
        steps,
        expected,
        actual,
        since,
        impact: Impact {
            users: one(&b.impact.users, &m.impact.users, &t.impact.users),
            workspaces: one(
                &b.impact.workspaces,
                &m.impact.workspaces,
                &t.impact.workspaces,
            ),
            breach: one(&b.impact.breach, &m.impact.breach, &t.impact.breach),
            approved_request: one(
                &b.impact.approved_request,
                &m.impact.approved_request,
                &t.impact.approved_request,
            ),
        },
        tried,
        environment,
        evidence: files(&b.evidence, &m.evidence, &t.evidence),
    };
    both.sort();
    both.dedup();
    (merged, both)
}

/// A choice: mine where I have changed it.
fn one<T: PartialEq + Clone>(base: &T, mine: &T, there: &T) -> T {
    if mine == base {
        there.clone()
    } else {
        mine.clone()
    }
}

/// A text, and whether two stand in it now.
fn texts(base: &str, mine: &str, there: &str, between: &str) -> (String, bool) {
    if mine == base || mine == there {
        return (there.to_owned(), false);
    }
    if there == base || there.trim().is_empty() {
        return (mine.to_owned(), false);
    }
    if mine.trim().is_empty() || there.contains(mine) {
        return (there.to_owned(), false);
    }
    if mine.contains(there) {
        return (mine.to_owned(), false);
    }
    // Each has written on what both began with: the one's words go on in the other's.
    if !base.trim().is_empty() {
        if there.contains(base) {
            return (there.replacen(base, mine, 1), false);
        }
        if mine.contains(base) {
            return (mine.replacen(base, there, 1), false);
        }
    }
    (format!("{there}{between}{mine}"), true)
}

/// Steps, and whether those of two stand there now: theirs, and mine that are not among them.
fn lists(base: &[Untrusted], mine: &[Untrusted], there: &[Untrusted]) -> (Vec<Untrusted>, bool) {
    let said = |steps: &[Untrusted]| -> Vec<Untrusted> {
        let said = steps.iter().filter(|s| !s.raw().trim().is_empty());
        said.cloned().collect()
    };
    let (base, my, theirs) = (said(base), said(mine), said(there));
    if my == base || my == theirs {
        return (there.to_vec(), false);
    }
    if theirs == base || theirs.is_empty() {
        return (mine.to_vec(), false);
    }
    if my.is_empty() {
        return (there.to_vec(), false);
    }
    let mut all = theirs;
    for step in my {
        // One that they have taken away, and that I have left as it was, stays away.
        if !all.contains(&step) && !base.contains(&step) {
            all.push(step);
        }
    }
    (all, true)
}

fn since(base: &Draft, mine: &Draft, there: &Draft, both: &mut Vec<Field>) -> Option<Since> {
    let (b, m, t) = (&base.since, &mine.since, &there.since);
    if m == b || m == t {
        return t.clone();
    }
    match (m, t) {
        _ if t == b => m.clone(),
        (Some(m), Some(t)) => {
            both.push(Field::Since);
            let words = |s: &Since| s.line(chrono_tz::UTC);
            let text = format!("{} / {}", words(t), words(m));
            Some(Since::Typed(Untrusted::new(text)))
        }
        (m, t) => m.clone().or_else(|| t.clone()),
    }
}

/// Files: those that either has added, without those that either has taken off.
fn files(base: &[Evidence], mine: &[Evidence], there: &[Evidence]) -> Vec<Evidence> {
    let has = |list: &[Evidence], e: &Evidence| list.iter().any(|x| x.name == e.name);
    let mut all: Vec<Evidence> = there
        .iter()
        .filter(|e| has(mine, e) || !has(base, e))
        .cloned()
        .collect();
    for file in mine {
        if !has(&all, file) && !has(base, file) {
            all.push(file.clone());
        }
    }
    all
}
