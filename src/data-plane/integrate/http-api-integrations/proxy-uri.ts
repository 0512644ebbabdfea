// The URL of an HTTP_PROXY integration, and what a request makes of it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-http.html
import type { MappableRequest } from '#languages/parameter-mapping/request-mapping.ts'
import type { HttpApiRequest } from '../../plan.ts'
import { ownValue } from '../parameter-source.ts'

export interface ProxyUri {
  readonly origin: string
  /** Path and query for one request. */
  readonly pathFor: (request: HttpApiRequest, mapped: MappableRequest) => string
}

/** Undefined where the text is no http or https URL. */
export const compileProxyUri = (uri: string, routeKey: string): ProxyUri | undefined => {
  const parts = /^(https?:\/\/[^/?#{}\\\s]+)([^?#]*)(?:\?([^#]*))?/i.exec(uri)
  if (parts?.[1] === undefined || !URL.canParse(parts[1])) return undefined
  const url = new URL(parts[1])
  if (url.username !== '' || url.password !== '') return undefined
  const fillPath = compileTemplate(parts[2] ?? '')
  const fillQuery = compileTemplate(parts[3] ?? '')
  const pathOf = routeKey === '$default' ? appendPath(fillPath) : fillPath
  return {
    origin: url.origin,
    pathFor: (request, mapped) => {
      const path = mapped.path ?? pathOf(request)
      const query = joinQueries(fillQuery(request), mapped.rawQuery)
      const target = query === '' ? path : `${path}?${query}`
      return onTheWire(target.startsWith('/') ? target : `/${target}`)
    },
  }
}

/**
 * The target of a VPC link that an ARN names: it is asked for the path as the client wrote it.
 * AWS: with the stage, unless a mapping overwrites the path. [guide: http-api-develop-integrations-private]
 */
export const compilePrivateTarget = (): ProxyUri => ({
  // Stands where an origin belongs: the connection leads elsewhere.
  origin: 'http://vpc-link.invalid',
  pathFor: ({ address }, mapped) => {
    const path = mapped.path ?? address.fullPath
    const target = mapped.rawQuery === '' ? path : `${path}?${mapped.rawQuery}`
    return onTheWire(target.startsWith('/') ? target : `/${target}`)
  },
})

const joinQueries = (own: string, sent: string): string =>
  own === '' || sent === '' ? own + sent : `${own}&${sent}`

/**
 * AWS: the $default route sends the full request path to the integration, any other route only what its URI has
 * variables for. [guide: http-api-develop-routes, "Working with the $default route"; recorded: a URI ending in /get
 * called at / arrives as /get/]
 */
const appendPath = (fillPath: (request: HttpApiRequest) => string) => (request: HttpApiRequest) => {
  const base = fillPath(request)
  const { fullPath } = request.address
  return `${base.endsWith('/') ? base.slice(0, -1) : base}${fullPath}`
}

/** `{name}` and `{name+}` become the path parameter as the client encoded it; what is no parameter stays. */
const compileTemplate = (template: string): ((request: HttpApiRequest) => string) => {
  if (!template.includes('{')) return () => template
  // Text and names take turns.
  const pieces = template.split(/\{([^{}/]{1,128})\}/)
  return (request) =>
    pieces
      .map((piece, at) => {
        if (at % 2 === 0) return piece
        const name = piece.endsWith('+') ? piece.slice(0, -1) : piece
        return ownValue(request.match.pathParameters, name) ?? `{${piece}}`
      })
      .join('')
}

/** Nothing but visible ASCII may stand in a request line, and no fragment is ever sent. */
const onTheWire = (target: string): string =>
  WIRE.test(target)
    ? target
    : target.replaceAll(
        /[^!-~]|[#{}]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      )

const WIRE = /^[!"$-z|~]*$/
