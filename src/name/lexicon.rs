//! What the name rules know of words: data only, in lower case and without full stops
//! (see [`super::word::Word`] for how a word's key is made).
//!
//! Every list is sorted; a test keeps it so.

use crate::word_list::WordList;

/// Titles before a name that are hardly ever a name themselves.
pub(super) const PREFIXES: WordList = WordList::new(
    "\
     adm admiral adv advocate alderman alhaja alhaji ambassador archbishop arq attorney atty \
     avv brig brigadier capt captain cdr cmdr colonel commander commodore congressman \
     congresswoman councillor councilman councilwoman cpl cpt dame datin dato dato' datuk dhr \
     dipl-inf dipl-ing dipl-kffr dipl-kfm dipl-math dipl-phys dipl-psych dipling doctor doctors \
     dott dottor dottssa doña dr dr's dr-ing dra dring drs engr frau fray fru general gov \
     governor gräfin haji hajia herr honorable honourable hrh ir judr kptlt lady lcdo lcdr \
     licda lieutenant lt ltc ltcol ltgen mag-judge magistrate-judge majgen meester mevr mevrouw \
     mgr miss mister mlle mme monsieur monsignor mr mrs ms msgr mtra mtro mudr mvdr mw mx \
     oberst ofc officer paeddr phdr phmr priv-doz prof profa professor professora profr profra \
     profssa pvt rabbi representative rev revd reverend rndr rt senator sergeant sgt shri \
     shrimati signor signora sigra sir smt sra sri srta ssgt thddr univ-prof univprof viscount \
     viscountess",
);

/// Titles that are given or family names too: a title only where a whole name follows.
pub(super) const PREFIXES_OR_NAMES: WordList = WordList::new(
    "\
     abbot baron baroness bishop brother cardinal chancellor chef chief coach col count \
     countess deacon detective duchess duke emperor empress father fr imam judge justice king \
     lord mag maj major master mayor minister mother mullah pastor pope president prince \
     princess queen secretary sheikh sheriff sister sr state sultan tun",
);

/// Words inside a longer title ("U.S. District Judge", "Secretary of State", "Dr. med.").
pub(super) const PREFIX_FILLERS: WordList = WordList::new(
    "\
     & adjunct and assistant assoc associate asst chief circuit deputy district federal general \
     magistrate of rear right staff supreme tan the us very vice visiting",
);

/// Titles that are one only with their full stop, or after another title ("Lt Gen").
pub(super) const PREFIXES_WITH_STOP: WordList = WordList::new(
    "\
     amb ar arc arch barr bc bro doc eng er evang gen geom hon ing lcdo lic mag maj most mst pd \
     pr pst qs rep sen sig sis surv tpl ven",
);

/// Faculties and honours behind a title ("Dr. rer. nat.").
pub(super) const PREFIX_TAILS: WordList = WordList::new(
    "\
     dato' dipl em emer emerita emeritus habil hc inż iur jur med mult nat oec pharm phil pol \
     rer seri sri tech theol univ vet",
);

/// Prefixes that stand before a given name alone ("Sir Ian").
pub(super) const PREFIXES_BEFORE_GIVEN: WordList =
    WordList::new("brother dame father fr haji lady prince princess shri sir sister smt sri");

/// Suffixes that say which of several bearers of one name is meant.
pub(super) const GENERATIONS: WordList =
    WordList::new("2nd 3rd 4th ii iii iv jnr jr junior júnior senior snr sr vi vii viii");

/// Degrees, licences, honours and memberships after a name, safe in any case of letters
/// after a whole name.
pub(super) const CREDENTIALS: WordList = WordList::new(
    "\
     aas aba abd aca acc acca ace ace-cpt aciarb acii acis acma acs acsm aia aia-csi aicp aif \
     als apr aprn arb arnp artd asa atc atty ba(hons) bacc bacom bba bbm bca bcba bch bcom \
     bcomm bcps bds bed beng bfa bls bmus bpharm bphil bsc bsc(hons) bscn bsee bsme bsn bsw \
     btech bvsc caia cams capm cbap cbe ccc-slp cce ccie ccna ccnp ccp ccpm ccrn ccsp cdmp ceng \
     cfa cfe cfm cfp cfre cgma chfc chrl chrp cia cima cipd cipm cipp cirm cisa cism cissm \
     cissp clu cma cmgr cmrp cne cnm cnp cpa cpc cpcc cpcu cphr cpim cpp cpsm cpsp cqa crcm \
     crisc crna crnp csc csci cscp csm csp cspo cspp cssbb cssgb ctfa ctp cts cva cwt dba dc \
     dds dea deng dma dmd dmin dnp dphil dpm dpt dsc dsw dvm edd edm eds efpm eit emba esq \
     esquire faan faap facc facep fache facog facp facs faicd fbcs fca fcas fcca fcct fcii \
     fcipd fcips fcma fcmi fcpa ffa fhea fia ficb ficm fiet fimeche finstd fnp fnp-bc fraes \
     frcp frcs freng frics frm frs frsa fsa fspa gaicd gphr gri honours hons hrbp icf itil jd \
     kbe kcb lcpc lcsw leed lion llb llb(hons) lld llm lmft lmhc lmsw lncc lnha lpc lpn lssbb \
     lssgb lutc maacc mag maicd maom mba mbbs mbe mca mcc mch mcipd mcips mcmi mcom mcse md \
     mdes mdiv med meng mfa mha mhrm mhs miet mim mls mls(ascp) mmed mms mpa mpas mph mpharm \
     mphil mpp mps mrcp mrcs mrcvs mres mrics msc mse msed msee msis msl mslis msn mspm mst msw \
     mtech mup np-c obe ods otr otr/l pa-c pcc peng pgdm pgmp pharmd phd phr pmi-acp pmp \
     prince2 psm pspo psyd rdn realtor ret rn-bc rph rpt rt(r) sctp shrm-cp shrm-scp sphr sphri \
     spm ssm togaf usaf usmc usn",
);

/// Credentials that are names too, or too short to be sure of: a suffix only in capitals
/// beside a name that is not, or with their full stops.
pub(super) const CREDENTIALS_OR_NAMES: WordList = WordList::new(
    "\
     am ao ba bs ca cb ce cet cfi ch cp cs dd do ea ed jp kc ld ma mis mm mp mr ms np ot pa pc \
     pe pg pt qc ra rd rn rt sj sm ss vc",
);

/// Credentials that are one even as an ordinary word ("Esquire", "Phd").
pub(super) const CREDENTIALS_IN_ANY_CASE: WordList =
    WordList::new("csc dds dmd esq esquire honours hons mba msc peng phd psyd realtor");

/// Words that begin a trade behind a name ("attorney at law").
pub(super) const TRADES: WordList = WordList::new("architect attorney atty realtor");

/// Particles that begin a family name, in any case of letters, once a given name has stood
/// before them.
pub(super) const PARTICLES: WordList = WordList::new(
    "\
     's 't a/l a/p aan abd abdel abdul abi abu ad- af al al- alla am ap auf aus av aw ben bent \
     bin bint binte binti bte d' d/o da dal dall dalla dalle dan dar das de degli dei del dela \
     dell della delle delli dello delos dels dem den der des di do dos du dí een el et- fitz \
     freifrau freiherr freiin graf gräfin ibn il im in la las le les li lo los mac mc mhic nic \
     ní o' op ould s/o saint sainte san santa st ste te ten ter thor van van't vande vanden \
     vander vd vel ver vom von vonder wa zu zum zur ó בן בר בת آل أبو ابن ابو ال بن بنت عبد",
);

/// Particles only where they are written small (or the whole name is in capitals, for the
/// longer ones): written large they are names or initials more often.
pub(super) const PARTICLES_WHEN_SMALL: WordList = WordList::new(
    "am ap auf aus av aw dan dar das dem do een il im in li te ten thor vel ver wa zu",
);

/// Those of them that are particles in a name all in capitals too.
pub(super) const PARTICLES_IN_CAPITALS: WordList = WordList::new("das do ten ter zu");

/// Words between the two halves of a double family name ("Ortega y Gasset").
pub(super) const FAMILY_LINKS: WordList = WordList::new("e i und y");

/// Irish family names after a lone "O" ("O Neill").
pub(super) const IRISH_AFTER_O: WordList = WordList::new(
    "\
     boyle brien callaghan carroll connell connor conor dea doherty donnell donoghue donovan \
     dowd driscoll dwyer farrell flaherty flynn gara gorman grady hagan halloran hanlon hara \
     hare kane keefe keeffe kelly leary loughlin mahoney mahony malley mara meara neal neil \
     neill regan reilly riordan rourke shaughnessy shea sullivan toole",
);

/// Frequent family names of the Spanish- and Portuguese-speaking world, without accents;
/// with the ending `-ez` they tell two family names from a middle and a family name.
pub(super) const IBERIAN_FAMILIES: WordList = WordList::new(
    "\
     acosta aguilar aguirre almeida alonso alvarado alves amaral andrade araujo arias avila \
     ayala azevedo barbosa barros batista bautista blanco borges bravo cabrera calvo camacho \
     campos cano cardenas cardoso carrasco carrillo carvalho castillo castro cervantes coelho \
     contreras correa correia cortes costa cruz cunha delgado dias diaz duarte escobar espinosa \
     espinoza estrada fernandes ferreira ferrer figueroa flores fonseca freitas fuentes \
     gallardo gallego garcia garrido gomes goncalves guerra guerrero guzman herrera hidalgo \
     ibarra iglesias jimenez juarez lara leal lima lopes lozano luna machado maldonado marin \
     marques martins medina mejia melo mendes mendoza mesquita miranda molina monteiro montero \
     mora moraes morais morales moreira moreno moya munoz nascimento navarro nogueira nunes \
     oliveira orozco ortega ortiz pacheco padilla palacios pardo pascual pena pereira pinto \
     pires ponce prieto quintero ramos rangel reis reyes ribeiro rios rivas rivera rocha \
     rodrigues rojas roldan romero rosales rubio ruiz saavedra salas salazar salinas sampaio \
     sandoval santana santos sanz serrano silva soares solis sosa soto sousa souza suarez tapia \
     tavares teixeira toledo torres trujillo valdes valencia valle vargas vasconcelos vega \
     velasco vidal vieira vila villanueva zamora zapata zuniga",
);

/// Second halves of Iberian given names after a particle ("María del Carmen").
pub(super) const DEVOTIONS: WordList = WordList::new(
    "\
     angeles anjos asis borja carmen carmo conceicao concepcion consuelo dios dolores dores \
     fatima gracas guadalupe jesus lourdes luz mar mercedes milagros nieves padua paula pilar \
     refugio rocio rosario socorro sol",
);

/// First halves of given names in two words ("Abdul Rahman", "La Toya").
pub(super) const BOUND_GIVEN: WordList =
    WordList::new("abd abdel abdul abdur abu la umm أبو ابو عبد");

/// Korean family names, and Chinese ones as spelt in Taiwan, that tell "Kim Min-ji" from a
/// name that ends in its family name.
pub(super) const FAMILIES_BEFORE_HYPHEN: WordList = WordList::new(
    "\
     ahn bae baek chang chen cheng chiang chiu cho choi chou chung han hong hsieh hsu huang \
     hwang jang jeon jeong jo jung kang kim ko kuo kwon lai lee li lim lin liu moon nam noh oh \
     park ryu seo shim shin sohn son song tsai wang woo wu yang yeh yoo yoon yu zhang",
);

/// Frequent Hungarian family names, without accents.
pub(super) const HUNGARIAN_FAMILIES: WordList = WordList::new(
    "\
     balogh barta bognar boros budai csonka deak dudas farkas fazekas feher fekete fodor \
     fulop gal gulyas hajdu halasz hegedus horvath juhasz katona kelemen kerekes kiraly \
     kis kiss kocsis kovacs kozma lakatos lengyel lukacs meszaros molnar nagy nemes \
     nemeth novak olah orban orosz orsos palinkas pap papp pasztor pinter racz sarkozi \
     sipos somogyi soos szabo szalai szekely szekeres szilagyi szoke szucs takacs toth \
     varadi varga vass vegh veres vincze virag voros",
);

/// Frequent Hungarian given names, without accents.
pub(super) const HUNGARIAN_GIVEN: WordList = WordList::new(
    "\
     adam agnes akos andras anna aron attila balazs balint barnabas beata bence boglarka \
     csaba csilla daniel david dora edit eniko erika eszter eva ferenc gabor gabriella \
     gergely gergo gyorgy gyula hajnalka ibolya ildiko ilona imre istvan janos jozsef \
     judit julia katalin kinga krisztian krisztina lajos laszlo lilla maria marta marton \
     melinda mihaly miklos monika nikolett nikoletta noemi norbert orsolya otto pal \
     peter piroska reka richard robert roland rozalia sandor szabolcs szilard szilvia \
     tamas terezia tibor timea tunde valeria veronika viktor viktoria zita zoltan zsofia \
     zsolt zsuzsa zsuzsanna",
);

/// Chinese and Korean family names in Latin letters that are rarely given names.
pub(super) const ROMANISED_FAMILIES: WordList = WordList::new(
    "\
     ahn ang ao cai cao chan chang cheah chen cheng cheung chiu choi chong chow chua \
     deng ding fang feng fong foo fung gao goh guo heng hou hsieh hsu hu huang hui hwang \
     jang jeong jiang kang kim koh kwan kwok kwon lam lau leung li liang lim liu lu luo \
     mao meng mok ng ong pang park peng poon qian qin qiu quek ren seah seo shao shen \
     shin sim soh szeto tam tan tang teo tian toh tong tsai tsang tse tseng tsui wang \
     wong wu xi xiao xie xiong xu yang yao yap yeung yip yoon yuen zeng zhang zhao zheng \
     zhou zhu",
);

/// More of them, which are given names or syllables of such as well.
pub(super) const ROMANISED_FAMILIES_OR_NAMES: WordList = WordList::new(
    "\
     an bai cho dong du gu han he ho hong jin ju jung kan lai lee lin long ma min oh pan \
     shi song su sun wan wei ye yi yoo yu yuan yun",
);

/// Vietnamese family names (without accents) that tell "Van" as a middle name from the
/// Dutch particle.
pub(super) const VIETNAMESE_FAMILIES: WordList = WordList::new(
    "\
     bui cao dang dao dinh do doan duong ha ho hoang huynh lam le luong luu ly mai ngo nguyen \
     pham phan phung ta thai tran trinh truong vo vu",
);

/// Words of a line that is no name: after a comma they make it a tagline.
pub(super) const TAGLINE_WORDS: WordList = WordList::new(
    "\
     advisor agency analyst associates at author available board business ceo certified cfo \
     chef chief coach company consultant consulting corp cto developer director engineer \
     entrepreneur executive expert for founder gmbh group head helping hiring inc investor law \
     lead leader llc looking ltd manager marketing member of officer open owner partner \
     professional professor recruiter retired sales scientist seeking services solutions \
     speaker specialist strategist student to trustee vp working",
);

/// Pronouns, as the parts of "she/her" in the languages that write them beside a name.
pub(super) const PRONOUNS: WordList = WordList::new(
    "\
     ael al all any delle dem dey dij dit ea ela ele eles ella elle elles elu er esta este han \
     hans hay he hem hen hende hennes her hers hij him hir his hon hun hän iel ihm ihn ihr il \
     ils it its lei loro lui man ona one oni she sie sua suo their theirs them they xe xem xier \
     ze zie zij zijn zir él его её ней он она они",
);

/// Words that begin a former name in brackets: it is no nickname.
pub(super) const BORN: WordList =
    WordList::new("born ehemals former formerly geb geboren geborene nascida nata nee né née z");

/// Chinese family names of two characters.
pub(super) const HAN_FAMILIES_OF_TWO: WordList = WordList::new(
    "上官 东方 令狐 公孙 司徒 司馬 司马 夏侯 宇文 尉迟 慕容 欧阳 歐陽 皇甫 端木 諸葛 诸葛 长孙",
);

/// Frequent Japanese family names of two characters.
pub(super) const JAPANESE_FAMILIES: WordList = WordList::new(
    "\
     三浦 上田 上野 中山 中島 中川 中村 中野 丸山 久保 井上 今井 伊藤 佐藤 佐野 内田 前田 加藤 千葉 原田 吉田 和田 坂本 増田 大塚 大西 大野 太田 安藤 宮崎 \
     宮本 小島 小川 小松 小林 小野 山下 山口 山崎 山本 山田 岡本 岡田 岩崎 島崎 島田 工藤 市川 平野 後藤 斉藤 斎藤 新井 木下 木村 杉山 杉本 村上 村田 松井 \
     松尾 松本 松田 柴田 桜井 森田 横山 橋本 武田 水野 池田 河野 浜田 清水 渡辺 渡邊 田中 田村 石井 石川 石田 福田 竹内 菅原 菊地 藤井 藤原 藤本 藤田 西村 \
     谷口 近藤 遠藤 酒井 野口 野村 金子 鈴木 阿部 青木 高木 高橋 高田 齋藤",
);

/// Korean family names of two syllables.
pub(super) const HANGUL_FAMILIES_OF_TWO: WordList =
    WordList::new("남궁 독고 동방 사공 서문 선우 제갈 황보");

/// Ends of Russian patronymics.
pub(super) const PATRONYMIC_ENDS: WordList =
    WordList::new("evich evna ichna ivich ovich ovna евич евна инична ична ович овна ьич");

/// Ends of Slavic family names in Cyrillic.
pub(super) const CYRILLIC_FAMILY_ENDS: WordList = WordList::new(
    "дзе ев ева енко ин ина ов ова ская ский цкая цкий чук швили щук ын ына ян янц ёв ёва",
);

/// Ends of Russian family names in Latin letters.
pub(super) const SLAVIC_FAMILY_ENDS: WordList =
    WordList::new("enko ev eva in ina ov ova skaya skiy sky");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [
            PREFIXES,
            PREFIXES_OR_NAMES,
            PREFIX_FILLERS,
            PREFIXES_WITH_STOP,
            PREFIX_TAILS,
            PREFIXES_BEFORE_GIVEN,
            GENERATIONS,
            CREDENTIALS,
            CREDENTIALS_OR_NAMES,
            CREDENTIALS_IN_ANY_CASE,
            TRADES,
            PARTICLES,
            PARTICLES_WHEN_SMALL,
            PARTICLES_IN_CAPITALS,
            FAMILY_LINKS,
            IRISH_AFTER_O,
            IBERIAN_FAMILIES,
            DEVOTIONS,
            HUNGARIAN_FAMILIES,
            HUNGARIAN_GIVEN,
            ROMANISED_FAMILIES,
            ROMANISED_FAMILIES_OR_NAMES,
            VIETNAMESE_FAMILIES,
            BOUND_GIVEN,
            FAMILIES_BEFORE_HYPHEN,
            TAGLINE_WORDS,
            PRONOUNS,
            BORN,
            HAN_FAMILIES_OF_TWO,
            JAPANESE_FAMILIES,
            HANGUL_FAMILIES_OF_TWO,
            PATRONYMIC_ENDS,
            CYRILLIC_FAMILY_ENDS,
            SLAVIC_FAMILY_ENDS,
        ] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
