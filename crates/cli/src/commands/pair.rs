//! `lode pair`: a one-time code for one more device.

use std::io::{self, Write as _};

use lode_server::DEFAULT_ACCOUNT;
use serde::Serialize;

use super::serve::{DataArgs, runtime, server_url};
use crate::output::{Failure, JsonLines};

/// Makes a one-time code that pairs a device
///
/// Enter the server's address and the code in the extension's options. The code works
/// once, for ten minutes. The server may be running or not.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: DataArgs,
    /// Writes {"server","code","expires_at"}; the time in milliseconds since 1970
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    server: &'a str,
    code: &'a str,
    expires_at: i64,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let (config, store, pricing) = args.data.open().await?;
        let now = lode_server::app::now();
        let (account, _) = store.ensure_account(DEFAULT_ACCOUNT, &pricing, now).await?;
        let code = store.create_pairing_code(account.id, now).await?;
        store.close().await;
        let server = server_url(config.listen);
        if args.json {
            return JsonLines::stdout().write(&Line {
                server: &server,
                code: &code.code,
                expires_at: code.expires_at,
            });
        }
        writeln!(
            io::stdout().lock(),
            "Server  {server}\nCode    {}\nEnter both in the extension's options; the code \
             works once, within ten minutes.",
            code.code
        )
        .map_err(|_| Failure::OutputClosed)
    })
}
