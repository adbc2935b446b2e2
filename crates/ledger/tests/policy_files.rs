//! Policy files that are wrong are refused with file, key and line, every mistake at once;
//! the JSON Schema and the parser agree.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use lode_ledger::Policy;
use lode_ledger::policy::{PRESETS, vocabulary};

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")
}

fn file(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

/// A line of the default policy is changed; what must be complained of, and where.
struct Case {
    why: &'static str,
    from: &'static str,
    to: &'static str,
    /// Part of the line that the complaint must point at.
    at: &'static str,
    complaint: &'static str,
    /// Whether a JSON Schema can see it (it knows no names across tables).
    schema: bool,
}

const fn case(
    why: &'static str,
    from: &'static str,
    to: &'static str,
    at: &'static str,
    complaint: &'static str,
    schema: bool,
) -> Case {
    Case {
        why,
        from,
        to,
        at,
        complaint,
        schema,
    }
}

const FREE: &str = "allotments = [{ pool = \"standard\", credits = 10 }]";
const FIND: &str = "prices = { verified = 1, otherwise = 0 }";
const PERIOD: &str = "period = \"month\"\nmembers_max = 3";

#[rustfmt::skip]
const CASES: &[Case] = &[
    case("negative amount", FREE, "allotments = [{ pool = \"standard\", credits = -10 }]", "credits = -10", "plans.free.allotments[0].credits: must not be below 0", true),
    case("zero amount", FREE, "allotments = [{ pool = \"standard\", credits = 0 }]", "credits = 0", "plans.free.allotments[0].credits: must be above 0", true),
    case("fractional amount", FREE, "allotments = [{ pool = \"standard\", credits = 10.5 }]", "credits = 10.5", "plans.free.allotments[0].credits: fractions are written as text, to stay exact: \"10.5\"", true),
    case("too fine an amount", FREE, "allotments = [{ pool = \"standard\", credits = \"0.0001\" }]", "0.0001", "plans.free.allotments[0].credits: the smallest part of a credit is a thousandth", true),
    case("overflowing amount", FREE, "allotments = [{ pool = \"standard\", credits = 9223372036854775807 }]", "credits = 922", "plans.free.allotments[0].credits: is too large", true),
    case("amount above 64 bits", FREE, "allotments = [{ pool = \"standard\", credits = 99999999999999999999 }]", "credits = 999", "plans.free.allotments[0].credits: is too large", false),
    case("amount above the limit", FREE, "allotments = [{ pool = \"standard\", credits = 1_000_000_001 }]", "1_000_000_001", "plans.free.allotments[0].credits: is too large", true),
    case("no number", FREE, "allotments = [{ pool = \"standard\", credits = \"ten\" }]", "\"ten\"", "plans.free.allotments[0].credits: expected an amount", true),
    case("not a number at all", FREE, "allotments = [{ pool = \"standard\", credits = true }]", "credits = true", "plans.free.allotments[0].credits: expected an amount", true),
    case("no amount", FREE, "allotments = [{ pool = \"standard\" }]", "[{ pool = \"standard\" }]", "plans.free.allotments[0].credits: is missing", true),
    case("unknown pool in a plan", FREE, "allotments = [{ pool = \"gold\", credits = 10 }]", "\"gold\"", "plans.free.allotments[0].pool: there is no pool \"gold\"; there are: premium, standard", false),
    case("the same twice", FREE, "allotments = [{ pool = \"standard\", credits = 10 }, { pool = \"standard\", credits = 10 }]", "credits = 10 }, {", "plans.free.allotments[1]: grants the same", false),
    case("unknown action of a grant", FREE, "allotments = [{ pool = \"standard\", credits = 10, actions = [\"fly\"] }]", "\"fly\"", "plans.free.allotments[0].actions: there is no action \"fly\"", true),
    case("two rollovers", FREE, "allotments = [{ pool = \"standard\", credits = 10, rollover = \"all\", rollover_up_to = 5 }]", "rollover_up_to", "plans.free.allotments[0].rollover_up_to: stands beside", true),
    case("allotments of the wrong shape", FREE, "allotments = 10", "allotments = 10", "plans.free.allotments: expected a list of tables, found a whole number", true),
    case("unknown pool of an action", "[actions.mobile_find]\npools = [\"premium\"]", "[actions.mobile_find]\npools = [\"gold\"]", "\"gold\"", "actions.mobile_find.pools: there is no pool \"gold\"", false),
    case("a price without a pool", "[actions.mobile_find]\npools = [\"premium\"]", "[actions.mobile_find]\npools = []", "[actions.mobile_find]", "actions.mobile_find: has a price, but names no pools", false),
    case("no pools", "[actions.mobile_find]\npools = [\"premium\"]\n", "[actions.mobile_find]\n", "[actions.mobile_find]", "actions.mobile_find: names no pools", true),
    case("missing price", "disposable = 1\n", "", "[actions.verify.prices]", "actions.verify.prices.disposable: has no price, and there is no `otherwise`", true),
    case("negative price", "disposable = 1\n", "disposable = -1\n", "disposable = -1", "actions.verify.prices.disposable: must not be below 0", true),
    case("fractional price", "disposable = 1\n", "disposable = 0.25\n", "disposable = 0.25", "actions.verify.prices.disposable: fractions are written as text, to stay exact: \"0.25\"", true),
    case("unknown outcome", FIND, "prices = { verified = 1, otherwise = 0, lucky = 3 }", "lucky", "actions.find.prices.lucky: is not a known key", true),
    case("a price for our own failure", FIND, "prices = { verified = 1, otherwise = 0, failed = 1 }", "failed = 1", "actions.find.prices.failed: is always free", true),
    case("no prices", FIND, "", "[actions.find]", "actions.find.prices: is missing", true),
    case("unknown action", "[actions.job_alert]", "[actions.job_alerts]", "[actions.job_alerts]", "actions.job_alerts: is not a known action", true),
    case("a bad name", "[pools.premium]", "[pools.\"Premium Pool\"]", "Premium Pool", "pools.Premium Pool: pool \"Premium Pool\" must be", true),
    case("the same as nothing", "same_as = \"profile_enrichment\"", "same_as = \"call\"", "\"call\"", "actions.company_enrichment.same_as: there is no action \"call\"", true),
    case("the same as itself", "same_as = \"profile_enrichment\"", "same_as = \"company_enrichment\"", "same_as", "actions.company_enrichment.same_as: goes in a circle: company_enrichment → company_enrichment", false),
    case("the same and prices", "same_as = \"profile_enrichment\"", "same_as = \"profile_enrichment\"\nprices = { otherwise = 1 }", "same_as", "actions.company_enrichment.same_as: stands beside prices", true),
    case("unknown key at the top", "refund_days = 30", "refund_days = 30\nrefund_weeks = 4", "refund_weeks", "refund_weeks: is not a known key", true),
    case("unknown key in a plan", "members_max = 3", "members_max = 3\nmembers_min = 1", "members_min", "plans.free.members_min: is not a known key", true),
    case("missing key", "refund_days = 30 ", "", "", "refund_days: is missing", true),
    case("missing table", "[purchases]\nexpire = \"never\"", "", "", "purchases: is missing", true),
    case("wrong word", "anchor = \"anniversary\"", "anchor = \"birthday\"", "birthday", "anchor: is \"birthday\"; it must be \"anniversary\" or \"calendar_month\"", true),
    case("wrong type", "anchor = \"anniversary\"", "anchor = 1", "anchor = 1", "anchor: expected a text, found a whole number", true),
    case("empty text", "title = \"Lode\"", "title = \"\"", "title = \"\"", "title: must be 1 to 200 bytes long", true),
    case("out of range", "hold_hours = 72", "hold_hours = 0", "hold_hours = 0", "hold_hours: must be 1 to 720", true),
    case("days too many", "days = 365", "days = 36501", "days = 36501", "repeat.days: must be 1 to 36500", true),
    case("no days", "days = 365", "", "[repeat]", "repeat.days: is missing", true),
    case("no default plan", "default_plan = \"free\"", "default_plan = \"gratis\"", "gratis", "default_plan: there is no plan \"gratis\"; there are: company, free, team", false),
    case("no plan to fall back to", "then = \"free\"", "then = \"gratis\"", "gratis", "cancellation.then: there is no plan \"gratis\"", false),
    case("a plan that follows itself", PERIOD, "period = \"once\"\ndays = 14\nthen = \"free\"", "then = \"free\"", "plans.free.then: goes in a circle: free → free", false),
    case("a plan that nothing follows", PERIOD, "period = \"once\"\ndays = 14\nthen = \"never\"", "then = \"never\"", "plans.free.then: there is no plan \"never\"", false),
    case("what follows without an end", PERIOD, "period = \"once\"\nthen = \"team\"", "then = \"team\"", "plans.free.then: needs `days`", true),
    case("days of a monthly plan", PERIOD, "period = \"month\"\ndays = 14", "days = 14", "plans.free.days: is for plans with period = \"once\" only", true),
    case("unknown role", "buy = [\"admin\"]", "buy = [\"admin\", \"owner\"]", "owner", "permissions.buy: there is no role \"owner\"", true),
    case("missing permission", "buy = [\"admin\"]\n", "", "[permissions]", "permissions.buy: is missing", true),
    case("unlocking what is not sold", "mode = \"off\"\naction = \"mobile_find\"", "mode = \"on\"\naction = \"mobile\"", "\"mobile\"", "auto_unlock.action: there is no action \"mobile\"", true),
    case("unlocking nothing", "mode = \"off\"\naction = \"mobile_find\"", "mode = \"on\"", "[auto_unlock]", "auto_unlock.action: is missing", false),
    case("a quality above 100", "minimum_quality = 80", "minimum_quality = 101", "minimum_quality", "auto_unlock.minimum_quality: must be 0 to 100", true),
    case("no TOML", "name = \"lode\"", "name = = \"lode\"", "name = =", "this is not TOML", false),
    case("a key twice", "name = \"lode\"", "name = \"lode\"\nname = \"lode\"", "", "this is not TOML", false),
];

/// The number of the first line that holds a text; 1 for an empty text.
fn line_of(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.contains(part)).unwrap() + 1
}

#[test]
fn each_mistake_is_named_with_file_key_and_line() {
    let good = file("lode.toml");
    for Case {
        why,
        from,
        to,
        at,
        complaint,
        ..
    } in CASES
    {
        assert!(good.contains(from), "{why}: the case is out of date");
        let bad = good.replacen(from, to, 1);
        let error = Policy::parse("mine.toml", &bad).expect_err(why).to_string();
        let start = match (at.is_empty(), complaint.starts_with("this is not")) {
            (true, true) => "mine.toml:".to_owned(),
            (true, false) => "mine.toml:1: ".to_owned(),
            _ => format!("mine.toml:{}: ", line_of(&bad, at)),
        };
        let found = error
            .lines()
            .any(|line| line.starts_with(&start) && line.contains(complaint));
        assert!(
            found,
            "{why}: {complaint:?} at {start:?} is not in:\n{error}"
        );
    }
}

#[test]
fn all_mistakes_are_named_at_once_in_the_order_of_lines() {
    let bad = file("lode.toml")
        .replacen("hold_hours = 72", "hold_hours = 0", 1)
        .replacen("credits = 10 }", "credits = 0 }", 1)
        .replacen("disposable = 1\n", "", 1);
    let error = Policy::parse("mine.toml", &bad).unwrap_err();
    let keys: Vec<_> = error
        .problems
        .iter()
        .map(|problem| problem.key.as_str())
        .collect();
    assert_eq!(
        keys,
        [
            "hold_hours",
            "plans.free.allotments[0].credits",
            "actions.verify.prices.disposable"
        ]
    );
}

#[test]
fn longer_circles_are_found() {
    let chain = |then: &str| {
        format!(
            "\n[plans.a]\ntitle = \"A\"\nperiod = \"once\"\ndays = 7\nthen = \"b\"\n\
             \n[plans.b]\ntitle = \"B\"\nperiod = \"once\"\ndays = 7\nthen = \"{then}\"\n"
        )
    };
    let good = file("lode.toml") + &chain("free");
    assert!(Policy::parse("mine.toml", &good).is_ok());
    let error = Policy::parse("mine.toml", &(file("lode.toml") + &chain("a"))).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("plans.a.then: goes in a circle: a → b → a"),
        "{error}"
    );
}

#[test]
fn hostile_files_end_in_an_error() {
    let deep = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = "a = 1\n".repeat(100_000);
    let keys: String = (0..20_000).map(|n| format!("k{n} = 1\n")).collect();
    for text in [
        "",
        "\0",
        "\u{feff}",
        "[pools]",
        "pools = []",
        &deep,
        &long,
        &keys,
    ] {
        assert!(Policy::parse("mine.toml", text).is_err());
    }
}

fn schema() -> jsonschema::Validator {
    let schema: serde_json::Value = serde_json::from_str(&file("policy.schema.json")).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn as_json(text: &str) -> serde_json::Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

#[test]
fn the_schema_takes_every_preset() {
    let schema = schema();
    for name in PRESETS {
        let errors: Vec<_> = schema
            .iter_errors(&as_json(&file(&format!("{name}.toml"))))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn the_schema_sees_the_mistakes_that_a_schema_can_see() {
    let schema = schema();
    let good = file("lode.toml");
    for case in CASES
        .iter()
        .filter(|case| !case.complaint.starts_with("this is not TOML"))
    {
        let bad = good.replacen(case.from, case.to, 1);
        let Ok(table) = toml::from_str::<toml::Table>(&bad) else {
            continue;
        };
        let valid = schema.is_valid(&serde_json::to_value(table).unwrap());
        assert_eq!(valid, !case.schema, "{}", case.why);
    }
}

#[test]
fn the_schema_knows_the_same_actions_and_outcomes() {
    let schema: serde_json::Value = serde_json::from_str(&file("policy.schema.json")).unwrap();
    let actions = schema["properties"]["actions"]["properties"]
        .as_object()
        .unwrap();
    assert_eq!(actions.len(), vocabulary::ACTIONS.len());
    for known in vocabulary::ACTIONS {
        let prices = &actions[known.name]["oneOf"][0]["properties"]["prices"];
        let outcomes = prices["properties"].as_object().unwrap();
        for outcome in known.outcomes {
            assert!(outcomes.contains_key(*outcome), "{} {outcome}", known.name);
        }
        assert_eq!(outcomes.len(), known.outcomes.len() + 1, "{}", known.name);
    }
}
