// The pages that people see: one form each, no script, and nothing of a request in it that was not escaped.
import type { HttpResponse } from '#transport/contract.ts'
import { COMMON, setCookies } from './answers.ts'

export interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'text' | 'password' | 'email' | 'tel' | 'hidden'
  readonly value?: string
  readonly autocomplete?: string
  readonly isNumeric?: true
}

export interface Page {
  readonly title: string
  readonly statusCode?: number
  /** Read out by screen readers when the page opens. */
  readonly alert?: string
  readonly note?: string
  readonly form?: {
    readonly action: string
    readonly fields: readonly Field[]
    readonly submit: string
  }
  readonly links?: readonly { readonly href: string; readonly text: string }[]
  readonly cookies?: readonly string[]
  /** Where a form may lead in the end: browsers hold redirects after a form against the policy. */
  readonly leadsTo?: string
  readonly base: string
}

export const renderPage = (page: Page): HttpResponse => ({
  statusCode: page.statusCode ?? 200,
  headers: [
    ...COMMON,
    'content-type',
    'text/html;charset=UTF-8',
    'content-security-policy',
    policyOf(page.leadsTo),
    'x-frame-options',
    'DENY',
    ...setCookies(page.cookies ?? []),
  ],
  body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<link rel="stylesheet" href="${escapeHtml(page.base)}/style.css">
</head>
<body>
<main>
<h1>${escapeHtml(page.title)}</h1>
${page.alert === undefined ? '' : `<p role="alert">${escapeHtml(page.alert)}</p>`}
${page.note === undefined ? '' : `<p>${escapeHtml(page.note)}</p>`}
${page.form === undefined ? '' : renderForm(page.form)}
${renderLinks(page.links ?? [])}
</main>
</body>
</html>
`,
})

export const renderStyle = (): HttpResponse => ({
  statusCode: 200,
  headers: ['content-type', 'text/css;charset=UTF-8', 'x-content-type-options', 'nosniff'],
  body: STYLE,
})

export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)

const renderForm = ({ action, fields, submit }: NonNullable<Page['form']>): string =>
  `<form method="post" action="${escapeHtml(action)}">
${fields.map(renderField).join('\n')}
<button type="submit">${escapeHtml(submit)}</button>
</form>`

const renderField = (field: Field, index: number): string => {
  const { name, label, type, value = '', autocomplete, isNumeric } = field
  const given = value === '' ? '' : ` value="${escapeHtml(value)}"`
  if (type === 'hidden') return `<input type="hidden" name="${escapeHtml(name)}"${given}>`
  const complete = autocomplete === undefined ? '' : ` autocomplete="${autocomplete}"`
  const numeric = isNumeric ? ' inputmode="numeric"' : ''
  const id = `field-${index}`
  return `<p><label for="${id}">${escapeHtml(label)}</label>
<input id="${id}" type="${type}" name="${escapeHtml(name)}"${given}${complete}${numeric} required></p>`
}

const renderLinks = (links: NonNullable<Page['links']>): string =>
  links.length === 0
    ? ''
    : `<nav><ul>${links.map(({ href, text }) => `<li><a href="${escapeHtml(href)}">${escapeHtml(text)}</a></li>`).join('')}</ul></nav>`

const policyOf = (leadsTo: string | undefined): string => {
  const source = leadsTo === undefined ? undefined : sourceOf(leadsTo)
  const formAction = source === undefined ? "'self'" : `'self' ${source}`
  return `default-src 'none'; style-src 'self'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`
}

/** The origin of a redirect URI, or the scheme of an application's own. */
const sourceOf = (uri: string): string | undefined => {
  if (!URL.canParse(uri)) return undefined
  const { origin, protocol } = new URL(uri)
  const source = origin === 'null' ? protocol : origin
  return /^[a-z][a-z0-9+.-]*:(?:\/\/[\w.:[\]-]+)?$/i.test(source) ? source : undefined
}

const STYLE = `body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; color: #1b1b1b; background: #f4f4f4 }
main { max-width: 24rem; margin: 4rem auto; padding: 2rem; background: #fff; border-radius: .5rem }
h1 { font-size: 1.5rem; margin-top: 0 }
label { display: block; font-weight: 600 }
input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; border: 1px solid #767676; border-radius: .25rem }
button { width: 100%; padding: .6rem; font: inherit; font-weight: 600; color: #fff; background: #0b57d0; border: 0; border-radius: .25rem }
:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px }
[role=alert] { padding: .5rem; border-left: 4px solid #b3261e; background: #fceeee }
ul { padding: 0; list-style: none }
`
