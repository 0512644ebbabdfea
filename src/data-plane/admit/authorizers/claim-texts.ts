// Claims as events have them: text, all of it, and not the same text in both kinds of API.
import type { Claims } from '#languages/jwt/claims.ts'

type Texts = Readonly<Record<string, string>>

/** AWS: lists are `[a b]`, numbers without an exponent. [behaviour.md 8.1] */
export const httpApiClaims = (claims: Claims): Texts =>
  textsOf(claims, (value) =>
    Array.isArray(value) ? `[${value.map(plainText).join(' ')}]` : plainText(value),
  )

/** AWS: lists are joined by commas; `exp` and `iat` are dates in words. [recorded: guide apigateway-integrate-with-cognito] */
export const cognitoClaims = (claims: Claims): Texts => {
  const texts = textsOf(claims, (value) =>
    Array.isArray(value) ? value.map(plainText).join(',') : plainText(value),
  )
  return { ...texts, ...dated('exp', claims.exp), ...dated('iat', claims.iat) }
}

const textsOf = (claims: Claims, textOf: (value: unknown) => string): Texts =>
  Object.fromEntries(
    Object.entries(claims)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, textOf(value)]),
  )

const plainText = (value: unknown): string => {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value).toString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** `Wed Jun 17 16:33:46 UTC 2020`. */
const dated = (name: string, value: unknown): Texts => {
  if (typeof value !== 'number') return {}
  const date = new Date(value * 1000)
  if (Number.isNaN(date.getTime())) return {}
  const [weekday = '', day = '', month = '', year = '', time = ''] = date.toUTCString().split(' ')
  return { [name]: `${weekday.slice(0, 3)} ${month} ${day} ${time} UTC ${year}` }
}
