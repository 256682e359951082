//! scratch
use deskhand::desk::rt::{Auth, Settings};
use deskhand::desk::{Door, Rt};
use std::collections::BTreeMap;

pub fn settings(user: &str) -> Option<Settings> {
    let url = std::env::var("DESKHAND_RT").ok()?;
    let auth = Auth::Password {
        user: user.into(),
        password: "rt-agent-pw".to_owned().into(),
    };
    Some(Settings {
        url,
        auth,
        queues: BTreeMap::new(),
        statuses: BTreeMap::new(),
        workspace_field: "Workspace".into(),
        labels_field: Some("Labels".into()),
        ca_file: None,
    })
}

#[tokio::test]
async fn scratch() {
    for user in ["amara.okafor", "eve.martin"] {
        let rt = Rt::new(settings(user).unwrap()).unwrap();
        let now = deskhand::domain::Instant::from_timestamp(1_795_000_000, 0).unwrap();
        let mut cursor = None;
        for _ in 0..20 {
            let p = rt
                .pull(cursor.as_ref(), now)
                .await
                .unwrap_or_else(|e| panic!("{e}"));
            println!(
                "{user} tickets {} gone {:?} names {:?} more {} progress {:?} cursor {} traffic {:?} entries {}",
                p.tickets.len(),
                p.gone,
                p.names.map(|n| n.agents.len()),
                p.more,
                p.progress,
                p.cursor.0,
                rt.traffic(),
                p.tickets.iter().map(|t| t.entries.len()).sum::<usize>()
            );
            cursor = Some(p.cursor);
            if !p.more {
                break;
            }
        }
        for k in ["8", "9", "11", "14", "22", "12"] {
            let s = rt
                .story(&deskhand::domain::ticket::TicketKey::parse(k).unwrap(), now)
                .await
                .unwrap_or_else(|e| panic!("{e}"));
            println!("{s:#?}");
        }
    }
}
