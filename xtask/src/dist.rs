//! Building the extension: compile, bind, optimise, copy.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use lode_core::sites::Site;
use lode_core::sites::snapshot::{
    DROPPED_ELEMENTS, ELEMENT_ATTRIBUTES, HIDING_STYLES, Plan, VALUE_CHARS_MAX,
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::run::{cargo, root, run, step};
use crate::setup::node_dir;

const TARGET: &str = "wasm32-unknown-unknown";

/// Most bytes of a shipped file, before compression.
const BUDGETS: [(&str, u64); 4] = [
    ("extension/pkg/core_bg.wasm", 750_000),
    ("extension/reader.js", 800_000),
    ("extension/pkg/popup_bg.wasm", 260_000),
    ("extension/content.js", 15_000),
];

/// Prints what [`build`] gave.
///
/// # Errors
/// Where a file is larger than its budget, or missing.
pub(crate) fn check_sizes(sizes: &[(String, u64)]) -> Result<()> {
    println!("\n{:>12} {:>12}  file", "bytes", "at most");
    for (file, bytes) in sizes {
        let budget = BUDGETS.iter().find(|(of, _)| of == file);
        let budget = budget.map(|(_, most)| most.to_string()).unwrap_or_default();
        println!("{bytes:>12} {budget:>12}  dist/{file}");
    }
    for (of, most) in BUDGETS {
        let size = sizes.iter().find(|(file, _)| file == of);
        let (_, bytes) = size.with_context(|| format!("dist/{of} is missing"))?;
        anyhow::ensure!(
            *bytes <= most,
            "dist/{of} has {bytes} bytes, {} more than its budget",
            bytes - most
        );
    }
    Ok(())
}

/// Files copied as they are, beside everything under `extension/` that is not generated.
const COPIED: [&str; 1] = ["manifest.json"];

/// Builds `dist/` and returns each file with its size in bytes.
///
/// # Errors
/// Where a step fails; its name is in the error.
pub(crate) fn build() -> Result<Vec<(String, u64)>> {
    let core = compile("lode-core", "lode_core", &[])?;
    let popup = compile("lode-popup", "lode_popup", &[])?;
    // Pages only read: without the worker's part the first capture in a page is quicker.
    let page = ["--no-default-features", "--features", "page"];
    let reader = compile("lode-core", "lode_core", &page)?;
    let dist = root().join("dist");
    let pkg = dist.join("extension/pkg");
    fs::create_dir_all(&pkg)?;

    bind(&core, &pkg, "core", Glue::Module, "-Oz")?;
    bind(&popup, &pkg, "popup", Glue::Module, "-Oz")?;
    let scratch = root().join("target/xtask/reader");
    fs::create_dir_all(&scratch)?;
    bind(&reader, &scratch, "reader", Glue::Classic, "-Oz")?;
    fs::write(dist.join("extension/reader.js"), reader_script(&scratch)?)?;

    for name in COPIED {
        fs::copy(root().join(name), dist.join(name)).with_context(|| format!("copy {name}"))?;
    }
    copy_files(
        &root().join("extension"),
        &dist.join("extension"),
        &["js", "html", "css"],
    )?;
    stamp_content_script(&dist.join("extension/content.js"))?;
    copy_files(&root().join("icons"), &dist.join("icons"), &["png", "svg"])?;
    hand_over(None)?;
    let mut sizes = Vec::new();
    list(&dist, &dist, &mut sizes)?;
    sizes.sort();
    Ok(sizes)
}

/// Leaves the server's address and a one-time code where the worker finds them when the
/// extension is loaded, or takes them away. No page can read the file: the manifest makes
/// nothing of the extension reachable.
///
/// # Errors
/// Where the file cannot be written.
pub(crate) fn hand_over(pairing: Option<(&str, &str)>) -> Result<()> {
    let path = root().join("dist/pairing.json");
    let text = match pairing {
        Some((server, code)) => serde_json::json!({ "server": server, "code": code }),
        None => serde_json::json!({}),
    };
    // The code is as good as a password while it lasts; the old file may be readable by all.
    let _ = fs::remove_file(&path);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if pairing.is_some() {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.open(&path)?;
    std::io::Write::write_all(&mut file, text.to_string().as_bytes())?;
    Ok(())
}

fn compile(package: &str, artifact: &str, features: &[&str]) -> Result<PathBuf> {
    let profile = "wasm-release";
    // A folder each: worker, pages and popup take the core with other features, and in one folder
    // each build would undo the other's, at every start.
    let name = features.last().copied().unwrap_or(package);
    let folder = target_dir().join("wasm").join(name);
    step(
        &format!("compile {package} to WebAssembly ({name})"),
        || {
            run(cargo()
                .args(["rustc", "--lib", "--package", package, "--target", TARGET])
                // Cargo optimises across crates only where nothing but the module is made.
                .args(["--crate-type", "cdylib"])
                .args(["--profile", profile])
                .args(features)
                .arg("--target-dir")
                .arg(&folder)
                .args(["--config", &compiler_flags()?]))
        },
    )?;
    Ok(folder
        .join(TARGET)
        .join(profile)
        .join(artifact)
        .with_extension("wasm"))
}

/// Has LLVM copy a function into its callers only where that makes the code no larger. At
/// level z it still copies what is a little larger, which in the core comes to 50 KB and is
/// no faster (docs/adr/0003-size-of-the-core.md).
const NO_LARGER_INLINING: &str = "-Cllvm-args=-inline-threshold=0";

/// Cargo's setting with the flags for the compiler: [`NO_LARGER_INLINING`], and the places
/// that a panic names begin with the package instead of with this machine's folder of
/// packages: smaller, nobody's home folder, and the same everywhere.
fn compiler_flags() -> Result<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let sources = home.unwrap_or_default().join("registry/src");
    let mut flags = vec![NO_LARGER_INLINING.to_owned()];
    if sources.is_dir() {
        for entry in fs::read_dir(&sources)? {
            let path = entry?.path();
            flags.push(format!("--remap-path-prefix={}/=", path.display()));
        }
    }
    flags.sort();
    // Cargo appends them to the flags of `.cargo/config.toml`. A JSON list is a TOML one.
    let flags = serde_json::to_string(&flags)?;
    Ok(format!("target.{TARGET}.rustflags={flags}"))
}

/// Cargo's target folder.
pub(crate) fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The form of the generated JavaScript.
#[derive(Clone, Copy, PartialEq)]
enum Glue {
    /// An ES module, for the worker and the extension's pages.
    Module,
    /// A classic script, for the content script's world, which loads no modules.
    Classic,
}

/// Runs wasm-bindgen, as a library at the version in Cargo.lock, and wasm-opt. Skipped
/// where the input is the one of the last run.
fn bind(wasm: &Path, out: &Path, name: &str, glue: Glue, level: &str) -> Result<()> {
    let bytes = fs::read(wasm).with_context(|| format!("read {}", wasm.display()))?;
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&bytes));
    let digest = format!("{hash} {name} {level} 5");
    let stamp = target_dir().join("xtask").join(format!("{name}.stamp"));
    let bound = out.join(format!("{name}_bg.wasm"));
    if bound.exists() && fs::read_to_string(&stamp).is_ok_and(|done| done == digest) {
        return Ok(());
    }
    step(&format!("bind and optimise {name}"), || {
        let mut bindgen = Bindgen::new();
        bindgen
            .input_path(wasm)
            .out_name(name)
            .typescript(false)
            .remove_name_section(true);
        bindgen.remove_producers_section(true);
        match glue {
            Glue::Module => bindgen.web(true)?,
            Glue::Classic => bindgen
                .no_modules(true)?
                .no_modules_global("wasm_bindgen")?,
        };
        bindgen.omit_default_module_path(false);
        // After a trap the worker takes a fresh instance.
        bindgen.reset_state_function(glue == Glue::Module);
        bindgen.generate(out)?;
        drop_streams(&bound)?;
        optimise(&bound, level)
    })?;
    if let Some(parent) = stamp.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(stamp, digest)?;
    Ok(())
}

/// Takes out what Leptos's server functions export for streams, of which the pages make none:
/// an exported function stays, with all that it calls. The classes in the glue that would call
/// them are never made.
fn drop_streams(wasm: &Path) -> Result<()> {
    let mut module = walrus::Module::from_file(wasm)?;
    let streams: Vec<_> = module
        .exports
        .iter()
        .filter(|export| export.name.contains("intounderlying"))
        .map(walrus::Export::id)
        .collect();
    if streams.is_empty() {
        return Ok(());
    }
    for export in streams {
        module.exports.delete(export);
    }
    module.emit_wasm_file(wasm)
}

fn optimise(wasm: &Path, level: &str) -> Result<()> {
    let tool = node_dir().join("node_modules/.bin/wasm-opt");
    let features = [
        "--enable-bulk-memory",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-reference-types",
        "--enable-multivalue",
        "--enable-extended-const",
    ];
    run(crate::run::program(tool)
        .arg(wasm)
        // What the first round folds together lets a second one fold more.
        .args([level, level, "--strip-producers"])
        // No address that is computed wraps round into the first kilobyte, which is the far
        // end of the stack: constants may be added by the load itself.
        .arg("--low-memory-unused")
        .args(features)
        .arg("-o")
        .arg(wasm))
}

/// The core as one classic script that holds its own bytes: what a content script can be
/// given without `web_accessible_resources`. It leaves one function behind, and compiles
/// nothing until that is called.
fn reader_script(bound: &Path) -> Result<String> {
    let glue = fs::read_to_string(bound.join("reader.js"))?;
    let bytes = fs::read(bound.join("reader_bg.wasm"))?;
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    Ok(format!(
        "(() => {{\nif (globalThis.__read) return;\n{glue}\nlet core;\nglobalThis.__read = (url, snapshot, rules) => {{\n  \
         core ??= wasm_bindgen.initSync({{ module: Uint8Array.fromBase64(\"{encoded}\") }});\n  \
         return wasm_bindgen.read_page(url, snapshot, rules);\n}};\n\
         globalThis.__read.bytes = () => core?.memory.buffer.byteLength ?? 0;\n}})();\n"
    ))
}

/// Writes the readers' own lists into the content script, so that the snapshot always holds
/// what they look at, and takes out the lines of comment: the script is loaded into every page
/// of the sites.
fn stamp_content_script(path: &Path) -> Result<()> {
    fs::write(path, stamped(fs::read_to_string(path)?)?)?;
    Ok(())
}

fn stamped(script: String) -> Result<String> {
    // As `tagName` has them.
    let dropped: Vec<String> = DROPPED_ELEMENTS
        .iter()
        .map(|name| name.to_ascii_uppercase())
        .collect();
    let sites = [Site::LinkedIn, Site::Crunchbase, Site::Google, Site::Other];
    let plans: Map<String, Value> = sites
        .into_iter()
        .map(|site| (site.name().to_owned(), plan(Plan::of(site))))
        .collect();
    let marks = [
        ("/*plans*/ {}", serde_json::to_string(&plans)?),
        ("/*dropped-elements*/ []", serde_json::to_string(&dropped)?),
        (
            "/*element-attributes*/ []",
            serde_json::to_string(ELEMENT_ATTRIBUTES)?,
        ),
        (
            "/*hiding-styles*/ /$^/",
            format!("/{}/i", HIDING_STYLES.join("|")),
        ),
        ("/*value-max*/ 0", VALUE_CHARS_MAX.to_string()),
    ];
    let mut stamped = script;
    for (mark, value) in marks {
        anyhow::ensure!(stamped.contains(mark), "extension/content.js lacks {mark}");
        stamped = stamped.replace(mark, &value);
    }
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    let lines = stamped.lines().filter(|line| !is_comment(line));
    Ok(lines.map(|line| format!("{line}\n")).collect())
}

/// A site's plan as the content script reads it.
fn plan(plan: &Plan) -> Value {
    let regions: Vec<Value> = plan
        .regions
        .iter()
        .map(|regions| serde_json::json!([regions.areas, regions.selectors.join(",")]))
        .collect();
    serde_json::json!({
        "attributes": plan.attributes,
        "made": plan.made.pattern(),
        "elements": plan.elements.join(","),
        "metas": plan.metas,
        "regions": regions,
    })
}

fn copy_files(from: &Path, to: &Path, extensions: &[&str]) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("read {}", from.display()))? {
        let path = entry?.path();
        let wanted = path
            .extension()
            .is_some_and(|e| extensions.iter().any(|x| e == *x));
        if let (true, Some(name)) = (wanted, path.file_name()) {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

fn list(top: &Path, dir: &Path, into: &mut Vec<(String, u64)>) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            list(top, &path, into)?;
        } else {
            let name = path.strip_prefix(top)?.display().to_string();
            into.push((name, entry.metadata()?.len()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_script_gets_the_readers_lists() {
        let script = fs::read_to_string(root().join("extension/content.js")).unwrap();
        let stamped = stamped(script).unwrap();
        for value in [
            "\"componentkey\"",
            "\"NOSCRIPT\"",
            "VALUE_MAX = 4096;",
            "script#ng-state",
            "footer:has(nav)",
            "HIDES = /none|hidden/i;",
        ] {
            assert!(stamped.contains(value), "{value}");
        }
        assert!(!stamped.contains("/*"), "a mark is left");
        assert!(stamped.len() < 15_000, "{} bytes", stamped.len());
        assert!(super::stamped(String::new()).is_err());
    }
}
