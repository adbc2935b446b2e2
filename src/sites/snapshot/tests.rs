//! The lists hold what the rule files and the readers' code look at, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

const SITES: [Site; 4] = [Site::LinkedIn, Site::Crunchbase, Site::Google, Site::Other];

/// The code that reads a site's pages: its own, and what readers share.
fn code(site: Site) -> Vec<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folder = match site {
        // Its reader takes what stands in data alone.
        Site::Other => return vec![read(&source.join("sites/generic.rs"))],
        site => source.join("sites").join(site.name()),
    };
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.push(folder.with_extension("rs"));
    files.push(source.join("dom.rs"));
    assert!(files.len() > 4);
    files.iter().map(|path| read(path)).collect()
}

/// A file without its tests.
fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.to_owned()
}

/// The texts that stand as the first argument of a method wherever it is called.
fn arguments(code: &[String], method: &str) -> BTreeSet<String> {
    let method_call = format!(".{method}(");
    code.iter()
        .flat_map(|file| file.split(method_call.as_str()).skip(1))
        .map(|call| {
            let call = call.trim_start();
            let text = call.strip_prefix('"').and_then(|rest| rest.split_once('"'));
            // What is asked for must be told from the code alone.
            let (text, _) = text.unwrap_or_else(|| panic!("{method_call}{call:.40}"));
            text.to_owned()
        })
        .collect()
}

/// The attributes that the code of a site asks elements for.
fn of_code(site: Site) -> BTreeSet<String> {
    let code = code(site);
    let mut asked = arguments(&code, "attr");
    let calls = |method: &str| code.iter().any(|file| file.contains(method));
    // What `View` and `ElementRef` ask for on behalf of the readers.
    if calls(".href(") {
        asked.insert("href".to_owned());
    }
    if calls(".classes()") {
        asked.insert("class".to_owned());
    }
    if site == Site::LinkedIn {
        // Another spelling of `componentkey`, which the document reads as that.
        asked.insert("data-component-key".to_owned());
    }
    // Carried for itself, and only where it hides the element.
    asked.remove("style");
    asked
}

fn selectors(site: Site) -> Vec<Selector> {
    let name = match site {
        Site::Other => "generic",
        site => site.name(),
    };
    let path = format!("src/sites/{name}/rules.json");
    let json = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let file: serde_json::Value = serde_json::from_str(&json).unwrap();
    let lists = file["selectors"].as_object().unwrap().values();
    let texts = lists.flat_map(|list| list.as_array().unwrap());
    texts
        .map(|text| Selector::parse(text.as_str().unwrap()).unwrap())
        .collect()
}

#[test]
fn what_the_code_asks_for_is_carried() {
    for site in SITES {
        let carried = Plan::of(site).attributes;
        let lacking: Vec<String> = of_code(site)
            .into_iter()
            .filter(|name| !carried.contains(&name.as_str()))
            .collect();
        assert_eq!(lacking, Vec::<String>::new(), "{site:?}");
    }
}

#[test]
fn what_the_rules_ask_for_is_carried() {
    for site in SITES {
        let checked = Checked::new(site);
        assert_eq!(checked.kept.len(), checked.plan.kept().len(), "{site:?}");
        for selector in selectors(site) {
            assert!(checked.carries(&selector), "{site:?}: {selector:?}");
        }
    }
}

#[test]
fn nothing_else_is_carried() {
    for site in SITES {
        let checked = Checked::new(site);
        let (code, rules) = (of_code(site), selectors(site));
        for attribute in checked.plan.attributes {
            let others: Vec<&str> = checked.plan.attributes.to_vec();
            let others: Vec<&str> = others.into_iter().filter(|o| o != attribute).collect();
            let mut rules = rules.iter();
            let is_asked_for = code.contains(*attribute)
                || rules.any(|selector| !checked.carries_with(&others, selector));
            assert!(is_asked_for, "{site:?}: {attribute}");
        }
        assert!(checked.plan.attributes.is_sorted(), "{site:?}");
    }
}

#[test]
fn the_metas_and_the_data_are_those_that_the_code_reads() {
    for site in SITES {
        let (plan, code) = (Plan::of(site), code(site));
        let mut metas = arguments(&code, "meta");
        let json = code.iter().any(|file| file.contains(".json_ld()"));
        let data = "script[type=\"application/ld+json\"]";
        assert_eq!(plan.elements.contains(&data), json, "{site:?}");
        let link = code.iter().any(|file| file.contains(".canonical_link()"));
        let canonical = "link[rel=\"canonical\"]";
        assert_eq!(plan.elements.contains(&canonical), link, "{site:?}");
        let json = format!("{:?}", selectors(site));
        for name in plan.metas {
            let in_rules = json.contains(&format!("value: {name:?}"));
            assert!(metas.remove(*name) || in_rules, "{site:?}: {name}");
        }
        assert!(metas.is_empty(), "{site:?}: {metas:?}");
    }
}

#[test]
fn made_names_are_told_as_the_content_script_tells_them() {
    use plan::MadeNames;
    let names = [
        "",
        "_3f2a1b4c",
        "3f2a1b4c",
        "3F2A1B4C",
        "_3f2a1b4",
        "3f2a1b4cd",
        "__3f2a1b4c",
        "MjjYud",
        "g",
        "kno-kp",
        "yuRUbf_1",
        "knowledge",
        "td_left",
        "org-top-card",
        "é",
        "QrZtPlKvWmNbXcSdFgHjLa",
        "QrZtPlKvWmNbXcSdFgHj",
        "QrZtPlKvWmNbXcSdFgH",
        "feed-shared-update-list-carousel",
    ];
    for made in [MadeNames::No, MadeNames::Hash, MadeNames::Short] {
        let pattern = regex::Regex::new(made.pattern()).unwrap();
        for name in names {
            // An element has no class without a name.
            let expected = !name.is_empty() && pattern.is_match(name);
            assert_eq!(made.is(name), expected, "{made:?} {name}");
        }
    }
}

#[test]
fn a_region_is_left_out_of_its_areas_alone() {
    let linkedin = Plan::of(Site::LinkedIn);
    let has = |segment, region| linkedin.regions_in(segment).any(|one| one == region);
    assert!(has("in", "#msg-overlay") && !has("in", "aside"));
    assert!(has("search", "aside") && !has("sales", "aside"));
    assert_eq!(linkedin.regions_in("feed").count(), 0);
    for site in SITES {
        for regions in Plan::of(site).regions {
            assert!(regions.areas.iter().all(|area| !area.contains('/')));
        }
    }
}

#[test]
fn a_rule_file_may_ask_for_what_its_own_site_carries() {
    let carries = |site, text: &str| Checked::new(site).carries(&Selector::parse(text).unwrap());
    for (site, others, text) in [
        (Site::LinkedIn, Site::Google, "[data-anonymize]"),
        (Site::Google, Site::LinkedIn, "[data-news-doc-id]"),
        (Site::LinkedIn, Site::Google, ".mapped"),
        (Site::Crunchbase, Site::LinkedIn, ".3f2a1b4c"),
        (Site::LinkedIn, Site::Crunchbase, "meta[name=\"pageKey\"]"),
        (Site::Crunchbase, Site::LinkedIn, "script#ng-state"),
    ] {
        // A class name may not begin with a digit.
        let text = text.replace(".3", ".\\33 ");
        assert!(carries(site, &text), "{site:?}: {text}");
        assert!(!carries(others, &text), "{others:?}: {text}");
    }
    for site in SITES {
        assert!(!carries(site, "p[style]"), "{site:?}");
        assert!(!carries(site, "button[type]"), "{site:?}");
    }
}
