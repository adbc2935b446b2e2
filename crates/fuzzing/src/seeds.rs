//! What fuzzing begins with: the project's own fixtures of invented people.

use std::path::Path;
use std::{fs, io};

use lode_core::snapshot::{CLOSE, NAME, OPEN, TEXT, VALUE};

use crate::{CRUNCHBASE, GENERIC, GOOGLE, LINKEDIN};

const NAMES: &[&str] = &[
    "Ada Example",
    "Dr. Ada M. van der Example-Sample, PhD (she/her)",
    "EXAMPLE, Ada \"Addy\" 🚀",
    "김하린",
    "María José Ejemplo y Muestra",
    "LinkedIn Member",
];

const HEADLINES: &[&str] = &[
    "CTO at Acme",
    "Acme | CTO",
    "CTO @Acme & Advisor",
    "Leiterin Einkauf bei Beispielwerke GmbH",
    "Founder · Speaker · ex-Acme",
];

/// Behind two bytes that say where they are cut.
const REPLIES: &[&str] = &[
    "ab250 2.1.5 Ok\r\n",
    "cd220-mx.firm.example\r\n220 ready\r\n250-mx\r\n250-STARTTLS\r\n250 SIZE\r\n",
    "ef550-5.1.1 The email account that you tried to reach does not exist.\r\n550 5.1.1 gsmtp\r\n",
    "gh550 5.7.1 <ada.marlow@firm.example>: Recipient address rejected: Access denied\r\n",
    "ij450 4.2.0 <ada.marlow@firm.example>: Greylisted, see http://help.example/firm\r\n",
    "kl553 sorry, no mailbox here by that name. (#5.1.1)\n421 bye\n",
    "mn252\r\n550\r\n251 User not local; will forward to <a@b.example>\r\n",
    "qr250 2.1.5 ada.marlow@firm.example... Recipient ok (will queue)\r\n",
    "st250 2.0.0 Will relay\r\n250-will leave the internet\r\n250 ok\r\n",
    "op554 IP=192.0.2.1 - A problem occurred\r\n552 Benutzer \u{fffd}ber Quota\r\n",
];

const ADDRESSES: &[&str] = &[
    "ada.marlow@firm.example",
    "Ada.O'Marlow+news@Sub.Firm.Example",
    "<ada@firm.example>",
    "\"ada marlow\"@firm.example",
    "ada@[192.0.2.1]",
    "ada@b\u{fc}cher.example",
    "j\u{fc}rgen@firm.example",
    "ada\r\nRCPT TO:<ben@firm.example>@firm.example",
    "a@b@firm.example.",
];

/// Behind two bytes that choose provider and status: the letter's place in the alphabet is
/// the provider's in `ProviderKind::ALL` (`h` is the first), `a` is 200. The same body answers
/// every request of a call, so those of two steps carry both answers.
const ANSWERS: &[&str] = &[
    "ha{\"data\":{\"email\":\"ada.marlow@acme.example\",\"score\":97,\"verification\":{\"status\":\"valid\"}}}",
    "aa{\"email\":\"ada.marlow@acme.example\",\"status\":\"valid\",\"mobile_number\":\"+44 7700 900000\",\"credits_consumed\":1}",
    "aa{\"email\":null,\"status\":null,\"mobile_number\":\"1\\u00012\",\"credits_consumed\":0}",
    "ba{\"error\":false,\"free_enrichment\":false,\"person\":{\"person_id\":\"p1\",\"email\":{\"status\":\"VERIFIED\",\"revealed\":true,\"email\":\"ada.marlow@acme.example\"},\"mobile\":{\"status\":\"VERIFIED\",\"revealed\":true,\"mobile\":\"+44 7700 900000\"}},\"company\":{}}",
    "bd{\"error\":true,\"error_code\":\"NO_MATCH\"}",
    "ca{\"contact\":{\"name\":\"Ada Marlow\",\"email\":\"ada.marlow@acme.example\",\"domain\":\"acme.example\"},\"phone\":\"+44 7700 900000\"}",
    "da{\"success\":true,\"item\":{\"_id\":\"x1\",\"status\":\"NONE\"},\"items\":[{\"status\":\"FOUND\",\"results\":{\"emails\":[{\"email\":\"ada.marlow@acme.example\",\"certainty\":\"ultra_sure\"}],\"phones\":[]}}]}",
    "ea{\"request_id\":\"x1\",\"success\":true,\"data\":[{\"email\":[{\"email\":\"ada.marlow@acme.example\",\"qualification\":\"nominative@pro\"}]}]}",
    "fa{\"person\":{\"email\":\"ada.marlow@acme.example\",\"email_status\":\"verified\",\"extrapolated_email_confidence\":0.9}}",
    "ga{\"access_token\":\"x\",\"expires_in\":3600,\"task_hash\":\"h1\",\"status\":\"completed\",\"data\":[{\"email\":\"ada.marlow@acme.example\",\"confidence\":91,\"status\":\"valid\"}]}",
    "hj{\"errors\":[{\"id\":\"too_many_requests\",\"code\":429,\"details\":\"slow down\"}]}",
    "ck<html>login</html>",
    "ga{\"access_token\":\"x\",\"data\":[{\"people\":\"Ada Marlow\",\"result\":[{\"email\":\"ada.marlow@acme.example\",\"smtp_status\":\"unknown\",\"unknown_status_reason\":\"catchall\"}]}],\"status\":\"completed\"}",
    "fa{\"person\":{\"id\":\"1\"},\"request_id\":77,\"people\":[{\"phone_numbers\":[{\"sanitized_number\":\"+447700900001\",\"type_cd\":\"mobile\"}]}]}",
    "fn{\"error_code\":\"request_id_expired\"}",
    "hl{\"errors\":[{\"id\":\"verification_failed\"}]}",
    "hm{\"errors\":[{\"id\":\"too_many_requests\",\"code\":403}]}",
    "ho{\"errors\":[{\"id\":\"claimed_email\",\"code\":451}]}",
];

/// Behind a line with the server's content type.
const WEBSITES: &[&[u8]] = &[
    b"text/html; charset=ISO-8859-1\n<title>M\xfc\xdfig Werke</title>",
    b"\n<meta charset=shift_jis><title>\x8c\xa9\x96{</title><p>\x8c",
    b"text/html\n\xff\xfe<\0t\0i\0t\0l\0e\0>\0A\0",
    b"\n<title>Acme</title><meta property=og:site_name content=\"Acme Robotics\">\
      <script type=\"application/ld+json\">{\"@graph\":[{\"@type\":[\"Organization\"],\
      \"name\":\"Acme\"}]}</script><p>Buy this domain",
    b"\n<svg><title>Logo</title><style/></svg><template><p>no</template><title>A&amp;B</title>",
    b"\n<title>Acme</title><p><b a0><b a1><b a2><b a3><p>x<p>x<p>x<p>x",
];

/// The seeds of a target; `root` is the repository.
///
/// # Errors
/// Where a fixture cannot be read.
pub fn seeds(root: &Path, target: &str) -> io::Result<Vec<Vec<u8>>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    Ok(match target {
        "name" => texts(NAMES),
        "headline" => texts(HEADLINES),
        "linkedin" => pages(root, target, LINKEDIN, std::convert::identity)?,
        "crunchbase" => pages(root, target, CRUNCHBASE, std::convert::identity)?,
        "google" => pages(root, target, GOOGLE, std::convert::identity)?,
        "generic" => pages(root, target, GENERIC, std::convert::identity)?,
        "snapshot" => {
            let mut all = Vec::new();
            let (mut before, sites) = (Vec::new(), [LINKEDIN, CRUNCHBASE, GOOGLE, GENERIC]);
            for (site, addresses) in ["linkedin", "crunchbase", "google", "generic"]
                .iter()
                .zip(sites)
            {
                before.extend(addresses);
                all.extend(pages(root, site, &before, |html| marked(&html))?);
            }
            all
        }
        "rules" => {
            let mut all = Vec::new();
            for site in ["linkedin", "crunchbase", "google", "generic"] {
                let file = root.join(format!("src/sites/{site}/rules.json"));
                // Newer than the built-in one, so that it is taken over.
                let json = fs::read_to_string(file)?.replacen("\"version\": ", "\"version\": 9", 1);
                all.push(json.into_bytes());
            }
            all
        }
        "smtp_reply" => texts(REPLIES),
        "address" => texts(ADDRESSES),
        "provider_answer" => texts(ANSWERS),
        "website" => WEBSITES.iter().map(|page| page.to_vec()).collect(),
        _ => Vec::new(),
    })
}

/// The fixtures of a site, each with the number of the address that is most like its own.
fn pages(
    root: &Path,
    site: &str,
    addresses: &[&str],
    form: impl Fn(String) -> String,
) -> io::Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join("tests/pages").join(site))? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            files.push(path);
        }
    }
    files.sort();
    let mut seeds = Vec::new();
    for file in files {
        let html = fs::read_to_string(file)?;
        let own = html.lines().next().unwrap_or_default();
        let alike = |address: &&str| {
            let address = address.split_once("://").map_or(*address, |(_, rest)| rest);
            let path = address.split_once('/').map_or("", |(_, path)| path);
            let area: String = path.split_inclusive('/').take(2).collect();
            if own.contains(&area) { area.len() } else { 0 }
        };
        let best = (0_u8..)
            .zip(addresses)
            .max_by_key(|(_, address)| alike(address));
        let mut seed = vec![best.map_or(0, |(number, _)| number)];
        seed.extend(form(html).into_bytes());
        seeds.push(seed);
    }
    Ok(seeds)
}

/// Roughly the snapshot of a page: enough to begin with.
fn marked(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        if tag.starts_with('/') {
            out.push(CLOSE);
        } else if !tag.starts_with('!') {
            let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
            out.push(OPEN);
            out.push_str(name);
            while let Some((name, after)) = rest.split_once("=\"") {
                let (value, after) = after.split_once('"').unwrap_or((after, ""));
                out.push(NAME);
                out.push_str(name.trim());
                out.push(VALUE);
                out.push_str(value);
                rest = after;
            }
        }
        if !text.is_empty() {
            out.push(TEXT);
            out.push_str(text);
        }
    }
    out
}
