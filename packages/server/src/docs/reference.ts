/** The description of the hub as a page: read without script, and without anything from elsewhere. */
import { type Html, html, verbatim } from '../dashboard/page/html.ts';
import { pagePolicy } from '../security.ts';
import { referenceStyle } from './reference-style.ts';
import { fieldTable, kindOf, prose, type Schema } from './schema-text.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean | undefined;
  readonly schema?: Schema | undefined;
  readonly description?: string | undefined;
}

interface Operation {
  readonly operationId?: string | undefined;
  readonly summary?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly security?: readonly object[] | undefined;
  readonly 'x-permission'?: string | undefined;
  readonly parameters?: readonly Parameter[] | undefined;
  readonly responses?: Readonly<Record<string, Answer>> | undefined;
}

interface Answer {
  readonly description?: string | undefined;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema | undefined }>> | undefined;
}

/** An OpenAPI document, as far as the page shows it. */
interface Description {
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description?: string | undefined;
  };
  readonly tags?: readonly { readonly name: string; readonly description?: string | undefined }[] | undefined;
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>> | undefined;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> | undefined } | undefined;
}

interface Route extends Operation {
  readonly method: string;
  readonly path: string;
  readonly id: string;
}

/** The policy of the page: nothing but its own style. */
export const referencePolicy: string = pagePolicy(referenceStyle);

/** Renders the page. */
export function referencePage(given: object): string {
  const { info, tags = [], paths = {}, components } = given as Description;
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Route => {
      const id = operation.operationId ?? `${method}-${path}`;
      return { ...operation, method: method.toUpperCase(), path, id };
    }),
  );
  // Tags in their order, then those that only routes know.
  const names = new Set([...tags.map(({ name }) => name), ...routes.flatMap((route) => route.tags ?? [])]);
  const groups = [...names]
    .map((name) => ({
      name,
      description: tags.find((tag) => tag.name === name)?.description,
      routes: routes.filter((route) => route.tags?.includes(name)),
    }))
    .filter((group) => group.routes.length > 0);
  const schemas = Object.entries(components?.schemas ?? {});
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}: routes</title>
<link rel="icon" href="data:,">
<style>${verbatim(referenceStyle)}</style>
</head>
<body>
<a class="skip" href="#routes">Skip to the routes</a>
<header><h1>${info.title}: routes</h1>
<p>${info.description} Version ${info.version}. For programs: <a href="/openapi.json">openapi.json</a>.</p></header>
<nav aria-label="Routes">${groups.map(
      (group) =>
        html`<h2>${group.name}</h2><ul>${group.routes.map(
          ({ id, method, path }) => html`<li><a href="#${id}"><b>${method}</b> ${path}</a></li>`,
        )}</ul>`,
    )}<h2>schemas</h2><ul>${schemas.map(([name]) => html`<li><a href="#schema-${name}">${name}</a></li>`)}</ul></nav>
<main id="routes">
${groups.map((group) => html`<section aria-label="${group.name}"><h2>${group.description ?? group.name}</h2>${group.routes.map(routeText)}</section>`)}
<section aria-label="schemas"><h2>Schemas</h2>
${schemas.map(([name, schema]) => html`<article id="schema-${name}"><h3>${name}</h3>${schemaText(name, schema)}</article>`)}
</section>
</main>
</body>
</html>`.text
  }\n`;
}

function routeText(route: Route): Html {
  const { id, method, path, summary, description, parameters = [], responses = {} } = route;
  return html`<article id="${id}"><h3><b>${method}</b> <code>${path}</code></h3>
<p>${prose(summary)}.</p>${description !== undefined && html`<p>${prose(description)}</p>`}
<p class="needs">${needsText(route)}</p>
${
  parameters.length > 0 &&
  html`<table><caption>Parameters</caption><thead><tr><th scope="col">Name</th><th scope="col">Kind</th><th scope="col">Meaning</th></tr></thead><tbody>${parameters.map(
    (one) =>
      html`<tr><th scope="row"><code>${one.name}</code> <small>${one.in}${!one.required && ', optional'}</small></th><td>${kindOf(one.schema)}</td><td>${prose(one.description ?? one.schema?.description)}${defaultText(one.schema)}</td></tr>`,
  )}</tbody></table>`
}
<table class="answers"><caption>Answers</caption><thead><tr><th scope="col">Status</th><th scope="col">When</th><th scope="col">Body</th></tr></thead><tbody>${Object.entries(
    responses,
  ).map(
    ([status, answer]) =>
      html`<tr><th scope="row">${status}</th><td>${prose(answer.description)}</td><td>${Object.entries(
        answer.content ?? {},
      ).map(([type, { schema }]) => html`<div>${kindOf(schema)} <small>${type}</small></div>`)}</td></tr>`,
  )}</tbody></table></article>`;
}

function needsText({ security, 'x-permission': permission }: Route): Html {
  if (permission !== undefined) return html`Needs the permission <code>${permission}</code>.`;
  return security?.length === 0 || security === undefined
    ? html`Open to everybody.`
    : html`Needs a credential.`;
}

const defaultText = (schema: Schema | undefined) =>
  schema?.default !== undefined && html` Default <code>${JSON.stringify(schema.default)}</code>.`;

const schemaText = (name: string, schema: Schema) =>
  (schema.properties ?? schema.oneOf ?? schema.anyOf)
    ? fieldTable(schema, `Fields of ${name}`)
    : html`<p>${kindOf(schema)}</p>`;
