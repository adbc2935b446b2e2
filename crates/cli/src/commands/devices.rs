//! `lode devices` and `lode revoke`: who holds a token.

use serde::Serialize;
use uuid::Uuid;

use super::serve::{DataArgs, runtime};
use crate::output::{Failure, JsonLines};

/// Lists the paired devices
///
/// One JSON object a line: {"id","name","account","created_at","last_used_at",
/// "revoked_at"}; times in milliseconds since 1970, null where it never happened.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    data: DataArgs,
}

/// Takes a device's token away
///
/// The device has to be paired again before it can do anything.
#[derive(Debug, clap::Args)]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The device's id, as `lode devices` shows it
    #[arg(value_name = "DEVICE")]
    device: Uuid,
}

#[derive(Serialize)]
struct Line<'a> {
    id: Uuid,
    name: &'a str,
    account: &'a str,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

/// Runs `lode devices`.
pub(crate) fn list(args: ListArgs) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let (_, store, _) = args.data.open().await?;
        let mut out = JsonLines::stdout();
        for account in store.accounts().await? {
            for device in store.devices(account.id).await? {
                out.write(&Line {
                    id: device.id,
                    name: &device.name,
                    account: &account.name,
                    created_at: device.created_at,
                    last_used_at: device.last_used_at,
                    revoked_at: device.revoked_at,
                })?;
            }
        }
        store.close().await;
        Ok(())
    })
}

/// Runs `lode revoke`.
pub(crate) fn revoke(args: RevokeArgs) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let (_, store, _) = args.data.open().await?;
        let revoked = store
            .revoke_device(args.device, lode_server::app::now())
            .await?;
        store.close().await;
        if revoked {
            Ok(())
        } else {
            Err(Failure::new(format!(
                "there is no paired device {}",
                args.device
            )))
        }
    })
}
