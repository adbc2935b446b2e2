//! What the headline rules know of words: data only, in lower case, each list sorted (a
//! test keeps it so).

use crate::word_list::WordList;

/// Words that name a job, in the languages of the sites read. A headline part that holds
/// one can be a title.
pub(super) const JOBS: WordList = WordList::new(
    "\
     abogada abogado accountant accountmanager acheteur acheteuse actor actress actuary addetta \
     addetto adjoint adjointe adm administrador administradora administrateur administrator \
     administratrice adviser adviseur advisor advocaat advocate advogada advogado adwokat agent \
     agente alapító alternant alternante ambassador amministratore amministratrice analista \
     analityk analyst anchor animateur animatrice ansvarig apprentice architect architetto \
     arquitecta arquitecto arquiteto artist arzt asesor asesora asiantuntija asistente assessor \
     assessora assistant assistante assistent assistente assistentin associate associé associée \
     asystent asystentka attorney auditeur auditor auditrice aufsichtsrat auszubildender author \
     auxiliar außendienstmitarbeiter avocat avocate avukat avvocato banker barrister başkan \
     başkanı bdr beauftragte beauftragter becario beheerder berater beraterin bereichsleiter \
     bestuurder blogger bookkeeper broker builder buyer capo captain caregiver cashier cco cdo \
     ceo ceo-founder cfo chair chairman chairperson chairwoman chargé chargé(e) chargée chef \
     chef-fe chefe cheffe chefin chefkonsulent chercheur chercheuse chief chro cio ciso clerk \
     cmo co-ceo co-fondateur co-fondatore co-fondatrice co-founder co-fundador co-fundadora \
     co-ordinator co-owner coach cofondateur cofondatore cofondatrice cofounder cofundador \
     cofundadora columnist commercial commerciale commercialista comprador comptable \
     comptroller conductor conférencier conférencière conseiller conseillère consilier \
     consulente consultant consultante consultor consultora contador contadora contractor \
     controller contrôleur contrôleuse coo coordenador coordenadora coordinador coordinadora \
     coordinateur coordinator coordinatore coordinatrice coordonnateur coordonnatrice \
     copywriter counsel counsellor counselor cpo cro cso cto curator członek daf daglig \
     danışman danışmanı dean delägare dentist deputy desarrollador desarrolladora desenvolvedor \
     desenvolvedora designer dev developer devops dg dietitian directeur directeur-général \
     director director-general directora directrice direktor direktorin direktör direktörü \
     direktør diretor diretora direttore direttrice dirigeant dirigeante dirigente diseñador \
     diseñadora dispatcher docent docente doctor doradca dozent dozentin drafter drh driver dsi \
     dueña dueño dyrektor délégué déléguée développeur développeuse ea economist editor \
     educator eier eigenaar eigenaresse ejecutiva ejecutivo ejer ekonom electrician \
     empreendedor empreendedora emprendedor emprendedora empresaria empresario empresário \
     encargada encargado encarregado enfermeira enfermera enfermero engenheira engenheiro \
     engineer enseignant enseignante entrepreneur entrepreneuse entwickler entwicklerin \
     especialista estagiária estagiário estimator evangelist evp exec executiva executive \
     executivo expert fejlesztő fellow filmmaker fondateur fondator fondatore fondatrice \
     formand formateur formatrice forskare forsker founder freelancer fundador fundadora \
     gardener geliştirici geliştiricisi generalist geologist geophysicist gerente \
     geschäftsführender geschäftsführer geschäftsführerin geschäftsleiter geschäftsleitung \
     gesellschafter gesellschafterin gestionnaire gestor gestora gm governor grundare \
     grundlægger gründer gründerin gérant gérante handlowiec handläggare head headhunter hoofd \
     hrbp hygienist igazgató illustrator impiegata impiegato imprenditore imprenditrice \
     indehaver infirmier infirmière ingegnere ingeniera ingeniero ingenieur ingenieurin \
     ingeniør ingenjör inginer ingénieur ingénieure inhaber inhaberin insinööri inspector \
     instructor intern interpreter inventor investigator investor inżynier inženýr jednatel \
     jednatelka jefa jefe johtaja journalist judge jurist juriste kauffrau kaufmann kehittäjä \
     kierownik konsulent konsult konsultant konsultantka konsultti konzultant koordinator \
     koordinatorin koordinatörü koordynator koordynatorka księgowa księgowy kurucu kurucusu \
     lawyer lead leader lecturer leder lehrer lehrerin leiter leiterin lekarz librarian \
     lieutenant litigator lärare lærer líder machinist magistrate majitel majitelka maker \
     makler maklerin manager managerin manažer manažerka marketer mathematician mayor md \
     mechanic medeoprichter medewerker medgrundare mediator medico meister member menadżer \
     menedzser menedżer mentor merchandiser midwife minister mitarbeiter mitarbeiterin mitglied \
     mitgründer mitgründerin model moderator musician myyjä médecin médica médico mérnök müdür \
     müdürü mühendis mühendisi nauczyciel negotiator notary nurse nutritionist obchodník \
     officer omistaja ondernemer onderzoeker ontwikkelaar operator oprichter oprichtster \
     optometrist ordförande organizer ortak ortağı owner painter paralegal paramedic partner \
     partnerin pastor pathologist pdg periodista perustaja pharmacist photographer physician \
     physicist pilot planner plumber podcaster policymaker postdoc practitioner praktikant \
     praktikantin prawnik president presidenta presidente presidente-executivo prezes principal \
     producer profesor profesora professional professor professorin progettista programator \
     programista programistka programmer projectleider projektledare prokurist prokuristin \
     propietaria propietario proprietor proprietária proprietário propriétaire prosecutor \
     przedstawiciel präsident präsidentin président présidente présidente-directrice \
     psychiatrist psychologist publicist publisher purchaser päällikkö radca radiologist \
     realtor receptionist rechtsanwalt rechtsanwältin recruiter redakteur redakteurin \
     redovisningsekonom referent referentin registrar rep reporter representante representative \
     researcher resident responsabile responsable reviewer rådgivare rådgiver rédacteur \
     rédactrice sachbearbeiter sachbearbeiterin sahibi salesman salesperson saleswoman \
     samordnare scholar scientist screenwriter scrum sde sdr secretary selger seller senator \
     sergeant server shareholder singer sjef socia socio solicitor sorumlusu sourcer specialist \
     specialista specjalista specjalistka sre stagiaire statistician steuerberater \
     steuerberaterin steward stifter strategist subdirector subdirectora superintendent \
     supervisor supervisora surgeon surveyor sviluppatore sviluppatrice svp swe sysadmin \
     säljare sælger sócia sócio sócio-fundador tanácsadó teacher teamleider technician \
     technicien technicienne techniker technikerin technologist tecnico teller temsilcisi \
     therapist titolare toimitusjohtaja trader trainee trainer trainerin translator treasurer \
     trustee trésorier tulajdonos tutor técnica técnico udvikler underwriter unternehmer \
     unternehmerin utvecklare utvikler uzman uzmanı vd vedoucí vendedor vendedora vendeur \
     vendeuse venditore venditrice verkaufsberater verkoper verkställande verkäufer verkäuferin \
     vertegenwoordiger vertriebsmitarbeiter vet veterinarian vezető vice-president \
     vice-président vicepresidenta vicepresidente videographer volunteer voorzitter vorsitzende \
     vorsitzender vorstand vorstandsmitglied vorstandsvorsitzende vorstandsvorsitzender \
     vorständin vp vývojář waiter warden webmaster welder werkstudent werkstudentin \
     wirtschaftsprüfer wirtschaftsprüferin wissenschaftler wissenschaftlerin worker writer \
     współzałożyciel właściciel właścicielka yrittäjä yönetici yöneticisi zakladatel \
     zakladatelka założyciel założycielka ägare ärztin ügyvezető ředitel ředitelka şefi \
     διευθυντής διευθύντρια ιδρυτής μηχανικός στέλεχος σύμβουλος υπεύθυνος аналитик бухгалтер \
     владелец дизайнер директор засновник инженер керівник консультант маркетолог менеджер \
     начальник основатель партнер партнёр президент программист разработчик розробник \
     руководитель сооснователь специалист юрист אנליסט יועץ יועצת מהנדס מהנדסת מייסד מייסדת \
     מנהל מנהלת מנכ\"ל מנכ״ל מפתח מפתחת סמנכ\"ל סמנכ״ל עורך أخصائي استشاري الرئيس المؤسس المدير \
     رئيس مؤسس محاسب محامي محلل مدرب مدير مديرة مسؤول مستشار مشرف مطور منسق مهندس مهندسة",
);

/// Ends of compound words that name a job ("Vertriebsleiterin").
pub(super) const JOB_ENDS: WordList = WordList::new(
    "\
     adviseur ansvarig anwalt anwältin arzt asiantuntija assistent assistentin beauftragte \
     beauftragter beheerder berater beraterin chef direktor direktorin entwickler entwicklerin \
     führer führerin ingenieur ingenieurin ingeniør ingenjör insinööri johtaja kauffrau \
     kaufmann konsulent konsult ledare leder lehrer leider leiter leiterin makler maklerin \
     manager managerin medewerker meister meisterin mitarbeiter mitarbeiterin ontwikkelaar \
     päällikkö referent referentin rådgiver sjef säljare techniker technikerin utvecklare \
     utvikler verkäufer verkäuferin vorsitzende vorsitzender vorstand ärztin",
);

/// The same in writing without spaces: anywhere in a word.
pub(super) const JOB_PARTS: WordList = WordList::new(
    "\
     エンジニア コンサルタント ディレクター デザイナー プログラマ プロデューサー マネージャ リーダー 主任 主管 代表 会計士 係長 分析师 分析師 创始人 創始人 創業者 \
     創辦人 取締役 営業 執行役員 工程师 工程師 弁護士 律师 总监 总裁 担当 教授 會計師 研究员 研究員 社長 經理 總監 總裁 经理 董事 設計師 課長 设计师 部長 開発者 \
     顧問 顾问 首席 개발자 과장 교수 대표 디자이너 매니저 부장 사장 엔지니어 연구원 이사 창업자 컨설턴트 팀장",
);

/// Jobs after which "of" names the company ("Founder of Acme").
pub(super) const OWNER_JOBS: WordList = WordList::new(
    "\
     ceo cfo chair chairman chairperson chairwoman cio cmo co-ceo co-fondateur co-fondatore \
     co-fondatrice co-founder co-fundador co-fundadora co-owner cofondateur cofondatore \
     cofondatrice cofounder cofundador cofundadora coo cto dueña dueño eigenaar ejer fondateur \
     fondatore fondatrice founder fundador fundadora geschäftsführer geschäftsführerin grundare \
     grundlægger gründer gründerin gérant gérante indehaver inhaber inhaberin md medeoprichter \
     medgrundare mitgründer mitgründerin oprichter owner pdg president presidenta presidente \
     prezes principal propietaria propietario proprietor proprietária proprietário propriétaire \
     président présidente stifter sócio-fundador titolare właściciel właścicielka założyciel \
     założycielka ägare",
);

/// Words between such a job and the company.
pub(super) const OF: WordList =
    WordList::new("af av da de del dell' della der des di do du of van vom von z для");

/// Words between a title and the company that mean nothing else beside a title.
pub(super) const AT: WordList =
    WordList::new("@ at bei beim bij chez hos presso στη στην στο אצל בחברה בחברת في لدى");

/// Words between a title and the company that mean "in" or "with" as often.
pub(super) const AT_OR_IN: WordList =
    WordList::new("at. di em en i la na no pada på u v ve ved vid w we with в у");

/// Nouns before a company's name that are no part of it ("w firmie Acme"), behind which the
/// words of [`AT_OR_IN`] are sure.
pub(super) const COMPANY_NOUNS: WordList = WordList::new(
    "\
     azienda bedrijf companhia company compañía empresa entreprise firm firma firmaet firmie \
     firmy firmě företaget l'entreprise selskapet société společnosti spoločnosti virksomheden \
     компании компанії фирме",
);

/// "In the company of", behind the company and before the title.
pub(super) const TURKISH_AT: WordList =
    WordList::new("a.ş.'de bünyesinde firmasında kurumunda şirketinde şti.'de");

/// Legal forms: a comma before one belongs to the company's name.
pub(super) const LEGAL_FORMS: WordList = WordList::new(
    "\
     a.s a.ş a/s ab ag aps as asa aş b.v bhd bv c.v co corp corporation cv d.o.o doo e.v eireli \
     ev gbr gmbh inc incorporated kft kg limited llc llp lp ltd ltd.şti ltda mbh n.v nv nyrt \
     ohg oy oyj pc plc pllc private pte pty pvt s.a s.a.c s.a.r.l s.a.s s.c s.l s.l.u s.p.a \
     s.r.l s.r.o s/a sa sac sarl sas sasu sdn se sl slu sp spa srl sro ug vof z.o.o zrt ао зао ооо пао \
     тов",
);

/// Words that many companies have in their names and no title ends with.
pub(super) const COMPANY_WORDS: WordList = WordList::new(
    "\
     agency airlines analytics.io associates banca banco bank banque biosciences capital clinic \
     college consulting energy enterprises foods foundation global groep group groupe grupo \
     gruppe gruppo hochschule holding holdings hospital industries institute insurance \
     international klinikum lab labs logistics media motors networks partners pharma \
     pharmaceuticals robotics services software solutions stadtwerke stiftung studio studios \
     systems technologies therapeutics university universität ventures versicherung \
     versicherungen werke école 合同会社 有限会社 有限公司 株式会社 주식회사",
);

/// Departments, fields and other words that follow a title without being a company.
pub(super) const FUNCTIONS: WordList = WordList::new(
    "\
     .net academia account accounting accounts achats acquisition acquisti activist \
     administration advertising advisory agile ai alumna alumni alumnus americas analysis \
     analytics angular animation api apps arabic architecture area artificial asset assets \
     assurance athlete auditing aussendienst automation automotive autónomo autônomo \
     außendienst available award aws azure b2b b2c b2g back-end backend banking believer \
     beratung bilingual biotech blockchain board brand branding bsc builder building business \
     buying c# c++ calidad care career catalyst category catholic center certified cfa chain \
     change changemaker channel channels chemistry chinese christian cissp client clientes \
     clients clientèle climate clinical cloud coaching comercial commerce commercial \
     commerciale communicatie communication communications community compensation compliance \
     compras comptes computer comunicación comunicazione comunicação confidential construction \
     consumer content contracts control copy corporate cost country cpa creative creator credit \
     crm crypto csm csr culture customer customers cx cyber cybersecurity cyclist dad data \
     database deals delivery demand desarrollo desenvolvimento design development devops \
     digital digitalisierung disrupter disruptor distribution diversity doer domain dreamer \
     dutch développement e-commerce ecommerce education einkauf ekonomi electrical electronics \
     employee enablement enabler english enterprise enthusiast entwicklung environment \
     environmental equity erp esg estate estrategia estratégia events excel experience export \
     external facilities fashion father feminist figma finance financial financier financiën \
     finansów finanza finanzas finanzen finanças fintech firmware fixer food foodie forbes \
     foreign formation forschung franchise freelance freiberuflich french front-end frontend \
     full full-stack fullstack fund fundraising futurist försäljning gamer gaming gcp geek \
     general generation german gewerbe gis go-to-market golang governance government grands \
     growth guru hadoop hands-on hardware health healthcare hero hindi hiring hospitality hr \
     hse humaines human humanist humanos husband hustler hvac identity image immigrant \
     implementation import inclusion independent industrial industrie industry indépendant \
     influencer information informatique informática infra infrastructure inkoop inköp \
     innendienst innovation innovations innovator insights integration integrations \
     intelligence interior internal internet introvert inventory investigación investment \
     investments investor iot it italian japanese java javascript juridique jurídico key \
     keynote kommunikation korean kubernetes labor language large law laws leader leadership \
     learner learning leasing legal leitung lending level licensed life lifelong linux \
     litigation live llm loans local logistics logistique logistyki logística lover loyalty \
     lösungen machine maintenance management manufacturing market marketing marketingu markets \
     mba mechanical mechatronics media medical medicine merchandising mergers micro mindset \
     minimalist ml mobile mobility mom monitoring mortgage mother motion msc multilingual music \
     muslim national native negocios negócios nerd network networking networks new ninja node \
     node.js nomad numérique nursing office oil onderzoek online ontwikkeling open operaciones \
     operations operações ops optimist optimization oracle organization organizational outbound \
     owner ownership paid partnership partnerships passionate patents payments payroll people \
     performance personal personeelszaken pesquisa ph.d phd philanthropist photoshop php \
     planning platform platforms player pmp policy political polyglot portfolio portuguese \
     power pr practice pre-sales presales press pricing privacy private problem process \
     procurement producción product production products produktion produzione produção \
     professional program programme programs project projects projetos property proposition \
     prosci prospecting protection proyectos psychology public publishing purchasing python \
     pytorch qa qualidade quality qualità qualité r&d react real recherche recht recruiting \
     recruitment recursos regional regulatory relation relations reliability remote renewable \
     rental reporting research resources responsibility ressources retail retention revenue \
     rewards ricerca risk risorse robotics rockstar rozwoju ruby runner russian rust réseaux \
     saas safety sales salesforce sap scala science sciences scrum search security \
     selbstständig selbständig self-employed sem seo services servicing sharing shopping \
     sistemas sistemi social software solution solutions solver sourcing spanish spark speaker \
     specialist sports sprzedaż sprzedaży sql stack staff staffing startup startups stealth \
     storyteller strategia strategic strategie strategy stratégie structural success superhero \
     supply support sustainability sviluppo system systems systèmes tableau talent tax taxation \
     teaching team teams tech technical technik technologie technology tecnologia tecnología \
     ted tedx telecom telecommunications tensorflow territory test testing theology thinker top \
     tourism trade trading traffic training transactions transformation translation transport \
     transportation travel traveler traveller treasury trilingual typescript ui umane \
     unternehmensentwicklung urban user utveckling ux vc vendas vendite ventas ventes venture \
     verkauf verkoop vertrieb vertriebsinnendienst veteran video visionary visual voice \
     warehouse wealth web wellness wholesale wife wind windows winning wizard wordsmith \
     workplace writing zarządzania zorg",
);

/// Tools and skills: a title with one before a comma is followed by more of them.
pub(super) const SKILLS: WordList = WordList::new(
    "\
     .net agile ajax android angular ansible aws azure bash c# c++ crm css databricks dbt \
     devops django docker drupal elasticsearch erp excel figma firebase flask flutter gcp git \
     golang graphql hadoop html hubspot ios itil java javascript jenkins jira jquery kafka \
     kanban keras kotlin kubernetes laravel lean linux looker magento matlab mongodb mysql \
     next.js node node.js numpy oracle pandas perl php pmp postgresql powerbi ppc prince2 \
     python pytorch r rails react redis redux ruby rust salesforce sap sas scala scrum selenium \
     sem seo shopify sigma six snowflake solidity spark spring spss sql stata swift swiftui \
     tableau tensorflow terraform typescript unity unreal vba vue vue.js webflow wordpress",
);

/// Countries, regions and cities that follow a title without being a company.
pub(super) const PLACES: WordList = WordList::new(
    "\
     aarhus adelaide africa ahmedabad aires alabama algiers america americas amman amsterdam \
     américa angeles anglia ankara antonio antwerp anz apac apj argentina arizona asean asia \
     athens atlanta auckland australia austria bahrain baltimore bangalore bangladesh barcelona \
     basel beijing beirut belgium belgrade benelux bengaluru bergen berlin bern bogotá boston \
     brasil bratislava brazil brisbane britain brno brussels bucharest budapest buenos busan \
     cairo calgary california canada carolina casablanca cee central ceo cet charlotte chengdu \
     chennai chicago chile china cincinnati ciudad cleveland cologne colombia colombo colorado \
     columbus connecticut copenhagen croatia dach dallas delaware delhi denmark denver detroit \
     deutschland dhaka diego doha dubai dublin düsseldorf east eastern edmonton egypt emea \
     england españa europa europe finland florida france francisco frankfurt gcc gdańsk geneva \
     genève georgia germany ghana global gothenburg great greater greece guangzhou gulf gurgaon \
     gurugram göteborg hague hamburg hangzhou hanoi helsinki ho-chi-minh hong houston hungary \
     hyderabad iberia illinois india indianapolis indonesia international iowa ireland \
     islamabad israel istanbul italia italy izmir jaipur jakarta jamaica janeiro japan jeddah \
     jersey jose kansas karachi kathmandu kentucky kenya kiev kochi kolkata kong korea kraków \
     kuala kuwait kyiv kyoto köln lagos lahore latam latina leipzig lima lisbon ljubljana \
     london los louisiana lucknow lumpur luxembourg lyon madrid malaysia malmö manchester \
     manila marseille maryland massachusetts mea melbourne mena mexico miami michigan middle \
     milan milano milwaukee minneapolis minnesota minsk missouri montreal morocco moscow mumbai \
     munich muscat méxico münchen nairobi nashville nebraska netherlands nevada nigeria noida \
     noram nordics north northern norway nyc ohio oklahoma oman oregon orlando osaka oslo \
     ottawa pakistan panama panamá paris paulo pennsylvania perth peru perú philadelphia \
     philippines phoenix pittsburgh poland portland portugal poznań prague pune quebec québec \
     riga rio riyadh romania rotterdam russia santiago scandinavia schweiz scotland seattle \
     seoul serbia shanghai shenzhen singapore sofia south southern spain stockholm stuttgart \
     suisse sweden switzerland sydney são taipei taiwan tallinn tampa tampere tel tennessee \
     texas thailand tokyo toronto tunis tunisia turkey türkiye uae uganda uk ukraine united us \
     usa utah utrecht vancouver vegas vienna vietnam vilnius virginia warsaw washington \
     wellington west western wien wisconsin worldwide wrocław york zagreb zurich zürich \
     österreich",
);

/// First words of a part about the past, the future, or a wish: no current position.
pub(super) const NOT_CURRENT: WordList = WordList::new(
    "\
     actively alla ancien ancienne anciennement anteriormente antes antigua antiguo aspiring \
     auf available busca buscando búsqueda cerca ehemalige ehemaliger ehemals emerita emeritus \
     ex former formerly future hiring incoming looking open past poszukuję prev previous \
     previously prospective recherche retired searching seeking suche upcoming wannabe \
     werkzoekend",
);

/// Words that cut a company's name off: what follows was before.
pub(super) const PAST_IN_PASSING: WordList =
    WordList::new("alum alumna alumni alumnus ehemals ex former formerly prev previously");

/// Words of people in training: the school after them is no company.
pub(super) const STUDENT: WordList = WordList::new(
    "\
     alum alumna alumni alumnus b.tech ba bachelor's bachelors bba beng bsc btech candidat \
     candidata candidate degree diploma doctoral doctorant doctorante doktorand doktorandin \
     estudante estudiante freshman grad graduate junior kandidat llb llm m.tech ma master's \
     masters mba meng msc mtech ph.d phd postgraduate pre-med pursuing schüler schülerin \
     senior-year sophomore student studente studentessa studentin studentka students \
     studierende studierender studying uczeń undergrad undergraduate élève étudiant étudiante \
     öğrenci öğrencisi",
);

/// Jobs held beside another: where an earlier part states a title, these don't give the
/// company.
pub(super) const MINOR_JOBS: WordList = WordList::new(
    "\
     adviser advisor alumni alumnus ambassador angel author blogger coach columnist contributor \
     fellow host investor judge lecturer member mentor podcaster speaker trustee volunteer",
);

/// First words of a part that says what somebody does, not what they are.
pub(super) const DOINGS: WordList = WordList::new(
    "\
     accelerating achieving acompaño adding advancing advising advocating aiutiamo aiuto \
     ajudando ajudo aligning analyzing architecting ask automating ayudando ayudo bridging \
     bringing building championing changing coaching committed connect connecting connector's \
     crafting creating cultivating curating dedicated delivering democratizing designing \
     developing digitizing disrupting dm driven driving educating elevating employed empowering \
     enabling engaging engineering-minded enhancing ensuring enthusiastic executing experienced \
     exploring fascinated finding focused follow fostering generating getting growing guiding \
     happy harnessing helfe helping i i'll i'm ich igniting im improving innovating inspiring \
     integrating interested investing it's j'accompagne j'aide je join keeping launching \
     leading let's leveraging love loving making managing mastering maximizing modernizing my \
     navigating nous nurturing on opening optimizing orchestrating our partnering passionate \
     pioneering planning pomagam preparing promoting protecting proud proven providing pushing \
     putting raising redefining reducing reimagining reinventing reshaping results \
     revolutionizing running saving scaling serving setting shaping sharing simplifying solving \
     streamlining strengthening striving supporting sustaining taking teaching telling thinking \
     thriving tired transforming translating turning unlocking unterstütze using we what where \
     who why wir working works writing you your",
);

/// Those of them that name the employer behind "at".
pub(super) const WORKING: WordList = WordList::new(
    "\
     building creating designing developing driving engineering growing leading making managing \
     running scaling shipping working works",
);

/// Words that only a sentence has.
pub(super) const SENTENCE: WordList = WordList::new(
    "\
     am are be been can che dass du eu euch i i'm ich ihr is it it's je let's me my noi \
     nosotros notre nous nuestro nós our que qui sie sono that their them these they this those \
     tu tú us usted você voi votre vous vuestro was we which who whom will wir yo you your",
);

/// Words after "at" that are no company, written small.
pub(super) const IDIOMS: WordList = WordList::new(
    "\
     all arms best ease first full heart home its large last law least night once one peace \
     play risk scale school sea speed the their times university work your",
);

/// Words before a title that are no part of it.
pub(super) const IN_FRONT: WordList = WordList::new(
    "\
     a actualmente actuellement aktuell an as attualmente atualmente current currently derzeit \
     i'm im now presently proud serving the working",
);

/// Words written small inside a company's name.
pub(super) const SMALL_WORDS: WordList = WordList::new(
    "\
     & and da das de del della den der di do dos du e et for i la le och of og the und van von \
     y z",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [
            JOBS,
            JOB_ENDS,
            JOB_PARTS,
            OWNER_JOBS,
            OF,
            AT,
            AT_OR_IN,
            COMPANY_NOUNS,
            TURKISH_AT,
            LEGAL_FORMS,
            COMPANY_WORDS,
            FUNCTIONS,
            SKILLS,
            PLACES,
            NOT_CURRENT,
            PAST_IN_PASSING,
            STUDENT,
            MINOR_JOBS,
            DOINGS,
            WORKING,
            SENTENCE,
            IDIOMS,
            IN_FRONT,
            SMALL_WORDS,
        ] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
