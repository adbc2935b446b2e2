// Pages of invented people in the structure of the real ones.

const text = (value) => value.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);

/** Whom most tests capture; her address exists in their mail. */
export const NADIA = {
  slug: "nadia-ferrum-sample",
  name: "Nadia Ferrum",
  headline: "Head of Growth at Lumen Orchard",
  company: "Lumen Orchard",
  school: "Harbour Polytechnic",
  location: "Lyon, France",
};

/** Her colleague. */
export const IVO = { ...NADIA, slug: "ivo-quill-sample", name: "Ivo Quill", headline: "Analyst at Lumen Orchard" };

/** A member profile, hashed classes, as of 2026. `body` replaces nothing: it is added. */
export function memberProfile({ slug, name, headline, company, school, location, extra = "" }) {
  const url = `https://www.linkedin.com/in/${slug}/`;
  const id = `ACoAA${slug.replaceAll("-", "")}`;
  const ref = (card) => `com.linkedin.sdui.profile.card.ref${id}${card}`;
  const workplace = [company, school].filter(Boolean).map(text).join(" · ");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${text(name)} | LinkedIn</title></head>
<body><div id="root"><div data-sdui-screen="com.linkedin.sdui.flagshipnav.profile.Profile"><main class="_1a2b">
<div data-testid="lazy-column" componentkey="7c07f7d4"><div componentkey="${ref("Topcard")}"><div><section componentkey="${ref("Topcard")}"><div class="c0ffee">
<a href="${url}overlay/background-photo/"><figure><img alt="Cover photo"></figure></a>
<a href="${url}"><div aria-label="Profile photo"><figure aria-hidden="true"><img alt=""></figure></div></a>
<div><div><a href="${url}"><div><h2 class="_9f">${text(name)}</h2></div></a><div><p>· 1st</p></div><p>· 2nd</p></div>
<p>${text(headline)}</p><p>${workplace}</p>
<div><p>${text(location)}</p><p>·</p><p><a href="${url}overlay/contact-info/">Contact info</a></p></div></div>
<div role="button" tabindex="0"><p>${text(company)}</p></div>
<p>500+ connections</p></div></section></div></div></div>
<aside><h2>More profiles for you</h2><ul><li><a href="https://www.linkedin.com/in/otto-hidalgo-sample/"><p>Otto Hidalgo</p></a><p>Baker at Crumbworks</p></li></ul></aside>
${extra}</main></div></div></body></html>`;
}

/** A guest profile with JSON-LD, as of 2023. */
export function guestProfile({ slug, name, title, company, location }) {
  const url = `https://de.linkedin.com/in/${slug}`;
  const [given, ...rest] = name.split(" ");
  const graph = {
    "@context": "http://schema.org",
    "@graph": [
      {
        "@type": "Person",
        name,
        url,
        jobTitle: [title],
        worksFor: [{ "@type": "Organization", name: company, url: "https://www.linkedin.com/company/quarry-lane-sample", member: { "@type": "OrganizationRole", startDate: 2021 } }],
        address: { "@type": "PostalAddress", addressLocality: location, addressCountry: "DE" },
        sameAs: url,
      },
    ],
  };
  return `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>${text(name)} – ${text(title)} – ${text(company)} | LinkedIn</title>
<meta name="pageKey" content="public_profile_v3_desktop"><meta property="profile:first_name" content="${given}"><meta property="profile:last_name" content="${rest.join(" ")}">
<link rel="canonical" href="${url}"><script type="application/ld+json">${JSON.stringify(graph)}</script></head>
<body><main class="main"><section class="top-card-layout"><h1 class="top-card-layout__title">${text(name)}</h1>
<h2 class="top-card-layout__headline">${text(title)} bei ${text(company)}</h2>
<h3 class="top-card-layout__first-subline"><div class="top-card__subline-item">${text(location)}</div></h3>
<div data-section="currentPositionsDetails"><a class="top-card-link" href="https://www.linkedin.com/company/quarry-lane-sample"><span class="top-card-link__description">${text(company)}</span></a></div>
</section></main></body></html>`;
}

/** A member profile in the layout before, Ember, as of 2024. */
export function emberProfile({ slug, name, headline, location }) {
  const url = `https://www.linkedin.com/in/${slug}/`;
  return `<!doctype html><html lang="en"><head><title>LinkedIn</title></head><body class="ember-application"><main>
<section class="artdeco-card" data-member-id="1"><div class="ph5"><div class="mt2"><div><div><span><a href="${url}overlay/about-this-profile/"><h1 class="text-heading-xlarge">${text(name)}</h1></a></span>
<span class="dist-value">· 2nd</span></div><div class="text-body-medium break-words">${text(headline)}</div></div>
<div><span class="text-body-small inline break-words">${text(location)}</span><span>·</span><span><a href="${url}overlay/contact-info/">Contact info</a></span></div></div></div></section></main></body></html>`;
}

/** A people search, hashed classes, as of 2026. */
export function peopleSearch(people) {
  const row = ({ slug, name, headline, location, attributes = "" }) =>
    `<div role="listitem" ${attributes}><div><a href="https://www.linkedin.com/in/${slug}/"><figure><img alt=""></figure></a>
<div><p><a href="https://www.linkedin.com/in/${slug}/">${text(name)}</a> <span>• 2nd</span></p><p>${text(headline)}</p><p>${text(location)}</p></div></div></div>`;
  return `<!doctype html><html lang="en"><head><title>Search | LinkedIn</title><style>.put-away{display:none}</style></head>
<body><div data-sdui-screen="com.linkedin.sdui.flagshipnav.search.SearchResultsPeople"><main><div role="list" id="rows">${people.map(row).join("")}</div></main></div></body></html>`;
}

/** A lead's page in Sales Navigator, on which nothing but the title is of a page of its own. */
export const salesLead = (person) => `<!doctype html><html><head><title>${person.name} | Lead | Sales Navigator</title></head><body><main>
  <section id="profile-card-section"><h1 data-anonymize="person-name">${person.name}</h1><span data-anonymize="headline">${person.headline}</span>
  <div data-anonymize="location">${person.location}</div>
  <div data-sn-view-name="lead-current-role"><p><span data-anonymize="job-title">Buyer</span> at <a data-anonymize="company-name" href="/sales/company/4711">Lumen Orchard</a></p></div></section>
  </main></body></html>`;
