//! Invented headlines of each form that the rules know.

use super::split;

fn all(cases: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (headline, title, company) in cases {
        let stated = split(headline);
        let got = (
            stated.title.as_deref().unwrap_or_default(),
            stated.company.as_deref().unwrap_or_default(),
        );
        if got != (*title, *company) {
            wrong.push(format!(
                "{headline:?}: {:?} is right, got {got:?}",
                (title, company)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn title_at_company() {
    all(&[
        ("CTO at Acme", "CTO", "Acme"),
        ("CTO @ Acme", "CTO", "Acme"),
        ("CTO @Acme", "CTO", "Acme"),
        ("CTO@Acme", "CTO", "Acme"),
        ("CTO at Acme@Work Ltd", "CTO", "Acme@Work Ltd"),
        ("CEO/CTO at Acme@Work", "CEO/CTO", "Acme@Work"),
        ("Engineer at Acme, Founder@Acorn", "Engineer", "Acme"),
        ("CTO at Acme + Acorn", "CTO", "Acme + Acorn"),
        ("CTO at Acme + Advisor", "CTO", "Acme"),
        ("CTO at Acme + Sales", "CTO", "Acme"),
        ("CTO at Acme + dad of two", "CTO", "Acme"),
        ("CTO @Acme & Advisor", "CTO", "Acme"),
        ("CTO at Acme and Advisor at Acorn", "CTO", "Acme"),
        ("CTO @Acme | Board Member @Acorn", "CTO", "Acme"),
        ("CTO at Acme, ex-Acorn", "CTO", "Acme"),
        ("CTO at Acme (acquired by Acorn)", "CTO", "Acme"),
        (
            "CTO at Acme Web Services (AWS)",
            "CTO",
            "Acme Web Services (AWS)",
        ),
        ("CTO at Acme I ex-Acorn I ex-Apex", "CTO", "Acme"),
        ("CTO at Acme l Ex Acorn", "CTO", "Acme"),
        ("CTO at Acme - building the future of pears", "CTO", "Acme"),
        ("CTO at Acme, building pears", "CTO", "Acme"),
        ("CTO at Acme helping growers", "CTO", "Acme"),
        ("CTO at Acme. Speaker. Author.", "CTO", "Acme"),
        ("CTO at the Acme Group", "CTO", "Acme Group"),
        ("CTO at The Acme Company", "CTO", "The Acme Company"),
        ("CTO at Acme, Inc.", "CTO", "Acme, Inc."),
        (
            "I am a Software Engineer at Acme",
            "Software Engineer",
            "Acme",
        ),
        ("Currently CTO at Acme", "CTO", "Acme"),
        ("CTO at Acme Inc.", "CTO", "Acme Inc."),
        ("CTO at Field & Stone", "CTO", "Field & Stone"),
        (
            "CTO at Field, Stone & Partners",
            "CTO",
            "Field, Stone & Partners",
        ),
        ("CTO at acme.io", "CTO", "acme.io"),
        ("software engineer at acme", "software engineer", "acme"),
        (
            "Vice President, Product Development at Acme",
            "Vice President, Product Development",
            "Acme",
        ),
        ("Head - Sales at Acme", "Head - Sales", "Acme"),
        ("🚀 CTO at Acme 🌟 Speaker", "CTO", "Acme"),
        ("CTO 🚀 at Acme", "CTO", "Acme"),
        (
            "Software Engineer II at Acme",
            "Software Engineer II",
            "Acme",
        ),
        ("Software Engineer I at Acme", "Software Engineer I", "Acme"),
        ("Sales @ Acme", "Sales", "Acme"),
        (
            "Assistant Professor at Acme University",
            "Assistant Professor",
            "Acme University",
        ),
        (
            "Managing Partner at Field, Stone and Partners LLP",
            "Managing Partner",
            "Field, Stone and Partners LLP",
        ),
        (
            "Managing Director & Head of M&A at Acme Bank",
            "Managing Director & Head of M&A",
            "Acme Bank",
        ),
        (
            "Chief of Staff to the CEO at Acme",
            "Chief of Staff to the CEO",
            "Acme",
        ),
        ("CTO @Acme/Co-Founder @Acorn", "CTO", "Acme"),
        ("CTO @ Acme, Co-Founder @ Acorn", "CTO", "Acme"),
        ("Speaker at Acorn | CEO at Acme", "CEO", "Acme"),
        ("Consultant at Self-employed", "Consultant", ""),
        ("Attorney at Law", "Attorney at Law", ""),
        (
            "Attorney at Field & Stone LLP",
            "Attorney",
            "Field & Stone LLP",
        ),
        ("Dreamer. Maker. CTO at Acme", "", ""),
        ("Helping growers sell pears | CTO at Acme", "CTO", "Acme"),
        ("Helping growers sell pears: CTO at Acme", "CTO", "Acme"),
        ("Building the future of pears at Acme", "", "Acme"),
        (
            "Senior Creative at Acme Karma",
            "Senior Creative",
            "Acme Karma",
        ),
        ("Lead Pear Whisperer at Acme", "Lead Pear Whisperer", "Acme"),
        ("Quietmaker at Acme", "Quietmaker", "Acme"),
        (
            "Vice President – Sales | Growth | P&L Ownership at Acme",
            "Vice President – Sales",
            "Acme",
        ),
    ]);
}

#[test]
fn other_languages() {
    all(&[
        (
            "Geschäftsführer bei Acme GmbH",
            "Geschäftsführer",
            "Acme GmbH",
        ),
        (
            "Vertriebsleiterin bei der Acme AG",
            "Vertriebsleiterin",
            "Acme AG",
        ),
        (
            "Directrice commerciale chez Acme",
            "Directrice commerciale",
            "Acme",
        ),
        ("Gerente de Ventas en Acme", "Gerente de Ventas", "Acme"),
        (
            "Director Comercial en Acme España",
            "Director Comercial",
            "Acme España",
        ),
        (
            "Prezes Zarządu w Acme Sp. z o.o.",
            "Prezes Zarządu",
            "Acme Sp. z o.o.",
        ),
        (
            "Diretor Executivo da Acme S.A.",
            "Diretor Executivo",
            "Acme S.A.",
        ),
        ("VD på Acme", "VD", "Acme"),
        ("Ingeniero en Sistemas", "Ingeniero en Sistemas", ""),
        ("Gerente de Vendas na Acme", "Gerente de Vendas", "Acme"),
        (
            "Responsabile vendite presso Acme S.p.A.",
            "Responsabile vendite",
            "Acme S.p.A.",
        ),
        ("Accountmanager bij Acme", "Accountmanager", "Acme"),
        ("Dyrektor sprzedaży w Acme", "Dyrektor sprzedaży", "Acme"),
        (
            "Kierownik projektu w firmie Acme",
            "Kierownik projektu",
            "Acme",
        ),
        ("Säljare på Acme", "Säljare", "Acme"),
        ("Projektleder hos Acme", "Projektleder", "Acme"),
        (
            "Acme şirketinde Yazılım Mühendisi",
            "Yazılım Mühendisi",
            "Acme",
        ),
        ("株式会社アクメ 代表取締役", "代表取締役", "株式会社アクメ"),
        (
            "アクメ株式会社でエンジニアをしています",
            "",
            "アクメ株式会社",
        ),
        ("株式会社アクメで採用支援をしています", "", "株式会社アクメ"),
        ("元株式会社アクメの社員", "", ""),
        ("Менеджер в компании Акме", "Менеджер", "Акме"),
        ("Quality Inspector בחברת אקמה", "Quality Inspector", "אקמה"),
        ("مدير المبيعات في أكمي", "مدير المبيعات", "أكمي"),
        ("Experte für Recht in Österreich", "", ""),
    ]);
}

#[test]
fn founders() {
    all(&[
        ("Founder & CEO of Acme", "Founder & CEO", "Acme"),
        ("Founder of Acme | Speaker", "Founder", "Acme"),
        ("Co-Founder & CTO, Acme", "Co-Founder & CTO", "Acme"),
        ("Gründerin von Acme", "Gründerin", "Acme"),
        (
            "Chairman of the Board at Acme",
            "Chairman of the Board",
            "Acme",
        ),
        (
            "Vorstandsvorsitzender der Acme AG",
            "Vorstandsvorsitzender",
            "Acme AG",
        ),
        ("Основатель компании Акме", "Основатель", "Акме"),
        ("Fondateur de Acme", "Fondateur", "Acme"),
        (
            "Vice President of Engineering at Acme",
            "Vice President of Engineering",
            "Acme",
        ),
        ("President of Sales", "President of Sales", ""),
        ("Director of Engineering", "Director of Engineering", ""),
        ("Founder of 3 companies", "Founder of 3 companies", ""),
    ]);
}

#[test]
fn title_beside_company() {
    all(&[
        (
            "Geschäftsführerin Muster GmbH",
            "Geschäftsführerin",
            "Muster GmbH",
        ),
        ("Leiter Vertrieb Muster AG", "Leiter Vertrieb", "Muster AG"),
        (
            "Engineer Acme Robotics Pvt Ltd",
            "Engineer",
            "Acme Robotics Pvt Ltd",
        ),
        ("Gerente General de Acme SAC", "Gerente General", "Acme SAC"),
        (
            "CTO & Co-Founder, Acme (YC W99)",
            "CTO & Co-Founder",
            "Acme",
        ),
        (
            "Project Manager ● PMP ● Agile at Acme",
            "Project Manager",
            "Acme",
        ),
        ("IT Manager at Acme", "IT Manager", "Acme"),
        ("Senior Engineer, Acme", "Senior Engineer", "Acme"),
        (
            "Senior Engineer, Acme, Inc.",
            "Senior Engineer",
            "Acme, Inc.",
        ),
        ("Senior Engineer - Acme", "Senior Engineer", "Acme"),
        (
            "Vice President of Engineering – Acme Foods",
            "Vice President of Engineering",
            "Acme Foods",
        ),
        (
            "Vice President Engineering, Cloud Operations, Acme",
            "Vice President Engineering, Cloud Operations",
            "Acme",
        ),
        (
            "President, Acme Construction, Inc.",
            "President",
            "Acme Construction, Inc.",
        ),
        (
            "Partner, Acme Capital Partners",
            "Partner",
            "Acme Capital Partners",
        ),
        ("Acme Japan, Sales Manager", "Sales Manager", "Acme Japan"),
        ("Acme | CTO", "CTO", "Acme"),
        (
            "Acme GmbH | Vertriebsleiter",
            "Vertriebsleiter",
            "Acme GmbH",
        ),
        ("CTO | Acme GmbH", "CTO", "Acme GmbH"),
        ("Acme - CEO", "CEO", "Acme"),
    ]);
}

#[test]
fn a_title_alone() {
    all(&[
        ("Software Engineer", "Software Engineer", ""),
        (
            "Data Analyst | Change Management | Reporting",
            "Data Analyst",
            "",
        ),
        ("CEO | IT Leader | Visionary", "CEO", ""),
        (
            "Technical Recruiter / Data Analyst",
            "Technical Recruiter",
            "",
        ),
        (
            "Vice President, Digital & Marketing",
            "Vice President, Digital & Marketing",
            "",
        ),
        (
            "Regional Sales Director - East",
            "Regional Sales Director - East",
            "",
        ),
        (
            "Software Engineer, Germany",
            "Software Engineer, Germany",
            "",
        ),
        ("Managing Director", "Managing Director", ""),
        ("Managing Partner at Acme", "Managing Partner", "Acme"),
        (
            "Helping growers sell pears | Sales Coach",
            "Sales Coach",
            "",
        ),
        (
            "Nurse Practitioner, FNP-BC",
            "Nurse Practitioner, FNP-BC",
            "",
        ),
        (
            "Software Engineer - Java, Spring",
            "Software Engineer - Java, Spring",
            "",
        ),
        ("Project Manager, PMP", "Project Manager, PMP", ""),
        ("Visionary | CEO", "", ""),
        ("Acme - Engineer", "Engineer", ""),
        ("Founder | Mentor at Acme", "Founder", ""),
        ("Sales Director ex-Acme", "Sales Director", ""),
    ]);
}

#[test]
fn nothing_current() {
    for headline in [
        "",
        "🚀",
        "|",
        "Student at Acme University",
        "MBA Candidate at Acme Business School",
        "Master's in Analytics at Acme State",
        "Looking for opportunities at Acme",
        "Seeking a role as Data Analyst at Acme",
        "Aspiring Data Analyst",
        "Incoming Analyst at Acme",
        "Ex-Acme",
        "Former CTO at Acme",
        "ex-CTO at Acme",
        "Code Whisperer",
        "I help founders sell",
        "Helping managers grow at scale",
        "Managing teams at scale",
        "Working at height",
        "Open to work at Acme",
        "Storyteller at heart",
        "Junior Computer Science at Acme College",
        "Senior Pear Whispering at Acme University",
        "Believer at heart",
        "See you at Acme",
        "Coaching Founders",
        "Passionate engineer at heart",
        "Python | SQL | Excel",
        "Acme",
        "Lower Example Valley",
        "ada@acme.example",
    ] {
        let stated = split(headline);
        assert_eq!(stated, super::Stated::default(), "{headline:?}");
    }
}

#[test]
fn title_at_a_known_company() {
    for (headline, company, title) in [
        ("CTO at Acme", "Acme GmbH", Some("CTO")),
        ("CTO at Acorn Labs", "Acorn", Some("CTO")),
        ("CTO at Acorn", "Acme", None),
        ("Partner", "Acme", Some("Partner")),
        ("Building the future at Acme", "Acme", None),
        ("Student at Acme College", "Acme College", None),
        ("Former CTO at Acme", "Acme", None),
    ] {
        let got = super::title_at(headline, company);
        assert_eq!(got.as_deref(), title, "{headline}");
    }
}

#[test]
fn kinds_of_firms_are_no_company() {
    for headline in [
        "DSI en ETI, PME et Association",
        "Directrice commerciale chez PME",
        "Head of Sales at Startups",
        "Berater bei KMU",
    ] {
        assert_eq!(split(headline).company, None, "{headline}");
    }
}

#[test]
fn deeds_are_told_from_names() {
    assert!(super::tells_deeds("Scaling Mill & Loom Companies"));
    assert!(super::tells_deeds("Helping weavers weave"));
    assert!(!super::tells_deeds("Managing Director"));
    assert!(!super::tells_deeds("Brightmill Software"));
}
