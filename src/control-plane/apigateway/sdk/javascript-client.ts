// The program text of a JavaScript client: AWS's interface (apigClientFactory.newClient, one function per method) on
// what browsers and Node have today, fetch and Web Crypto, without libraries.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-generate-sdk-javascript.html
import type { RestDocument } from '#model/documents.ts'

/** A function of the client. */
export interface ClientMethod {
  readonly name: string
  readonly verb: string
  readonly path: string
  /** Names that `params` may hold, by where they go. */
  readonly pathNames: readonly string[]
  readonly queryNames: readonly string[]
  readonly headerNames: readonly string[]
  readonly isSigned: boolean
}

const VERBS = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH']

/** In the order of their paths; an ANY method is one function for each verb that has none of its own. */
export const clientMethodsOf = ({ resources }: RestDocument): readonly ClientMethod[] => {
  const methods: ClientMethod[] = []
  const taken = new Set<string>()
  const sorted = resources.toSorted((left, right) => (left.path < right.path ? -1 : 1))
  for (const { path, resourceMethods = {} } of sorted) {
    const { ANY: any, ...own } = resourceMethods
    for (const verb of VERBS) {
      const method = Object.hasOwn(own, verb) ? own[verb] : any
      if (method === undefined) continue
      const plain = `${camelCase(path)}${verb[0]}${verb.slice(1).toLowerCase()}`
      let name = plain
      for (let count = 2; taken.has(name); count++) name = `${plain}${count}`
      taken.add(name)
      const names = (kind: string) =>
        Object.keys(method.requestParameters ?? {})
          .filter((key) => key.startsWith(`method.request.${kind}.`))
          .map((key) => key.slice(`method.request.${kind}.`.length))
      methods.push({
        name,
        verb,
        path,
        pathNames: [...path.matchAll(/\{([^{}]+)\}/g)].map(([, key = '']) => key),
        queryNames: names('querystring'),
        headerNames: names('header'),
        isSigned: method.authorizationType === 'AWS_IAM',
      })
    }
  }
  return methods
}

/** `/pets/{petId}` → `petsPetId`, `/` → `root`. */
const camelCase = (path: string): string => {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const [first = 'root', ...rest] = words
  const name = [
    `${first[0]?.toLowerCase()}${first.slice(1)}`,
    ...rest.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`),
  ].join('')
  return /^\d/.test(name) ? `_${name}` : name
}

/** Line separators end a line in old readers of JavaScript; a closing tag ends a script in a page. */
const literal = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
    .replaceAll('</', '<\\/')

export const clientText = (
  invokeUrl: string,
  region: string,
  methods: readonly ClientMethod[],
): string => {
  const functions = methods.map(
    (method) =>
      `    client[${literal(method.name)}] = function (params, body, additionalParams) {\n` +
      `      return call(${literal(method)}, params, body, additionalParams)\n    }\n`,
  )
  return CLIENT.replace('__FUNCTIONS__', () => functions.join(''))
    .replace('__INVOKE_URL__', () => literal(invokeUrl))
    .replace('__REGION__', () => literal(region))
}

export const readmeText = (title: string, methods: readonly ClientMethod[]): string =>
  `# ${title.replaceAll(/[\r\n]+/g, ' ')}

\`\`\`html
<script src="apigClient.js"></script>
<script>
  const client = apigClientFactory.newClient({ apiKey: 'API_KEY' })
  client.${methods[0]?.name ?? 'rootGet'}({}, undefined, {}).then((result) => console.log(result.data))
</script>
\`\`\`

\`newClient\` takes \`accessKey\`, \`secretKey\`, \`sessionToken\` and \`region\` for methods that want a signature,
\`apiKey\`, \`invokeUrl\`, \`defaultContentType\` and \`defaultAcceptType\`. Each function takes the parameters of its path,
query and headers, a body, and \`{ headers, queryParams }\` beside them; it answers \`{ status, headers, data }\`.

${methods.map(({ name, verb, path }) => `- \`${name}\`: ${verb} ${path}`).join('\n')}
`

const CLIENT = `/* A client of one stage of one API. */
(function (root) {
  'use strict'
  var apigClientFactory = {}
  apigClientFactory.newClient = function (given) {
    var config = Object.assign({
      accessKey: '', secretKey: '', sessionToken: '', apiKey: '',
      region: __REGION__, invokeUrl: __INVOKE_URL__,
      defaultContentType: 'application/json', defaultAcceptType: 'application/json'
    }, given)
    var client = {}

    async function call(method, params, body, more) {
      params = params || {}
      more = more || {}
      var path = method.path.replace(/\\{([^{}]+)\\}/g, function (_, key) {
        var name = key.replace(/\\+$/, '')
        var value = params[name]
        if (value === undefined) throw new Error('the path parameter ' + name + ' is missing')
        return key.endsWith('+') ? String(value).split('/').map(encode).join('/') : encode(value)
      })
      var query = Object.assign(pick(params, method.queryNames), more.queryParams)
      var headers = Object.assign(
        { Accept: config.defaultAcceptType }, pick(params, method.headerNames), more.headers)
      var isEmpty = body === undefined || body === null || body === ''
      var content = isEmpty ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
      if (!isEmpty && !has(headers, 'content-type')) headers['Content-Type'] = config.defaultContentType
      if (config.apiKey) headers['x-api-key'] = config.apiKey
      var url = new URL(config.invokeUrl + path)
      url.search = queryText(query)
      if (method.isSigned && config.accessKey) {
        Object.assign(headers, await sign(config, method.verb, url, query, headers, content || ''))
      }
      var answer = await fetch(url, { method: method.verb, headers: headers, body: content })
      var text = await answer.text()
      var data = text
      try { data = JSON.parse(text) } catch (error) { /* Not JSON: the text is the data. */ }
      var result = { status: answer.status, headers: Object.fromEntries(answer.headers), data: data }
      if (answer.ok) return result
      throw Object.assign(new Error('the API answered ' + answer.status), { response: result })
    }

__FUNCTIONS__
    return client
  }

  function pick(params, names) {
    var picked = {}
    names.forEach(function (name) { if (params[name] !== undefined) picked[name] = params[name] })
    return picked
  }

  function has(headers, wanted) {
    return Object.keys(headers).some(function (name) { return name.toLowerCase() === wanted })
  }

  function encode(value) {
    return encodeURIComponent(String(value)).replace(/[!'()*]/g, function (character) {
      return '%' + character.charCodeAt(0).toString(16).toUpperCase()
    })
  }

  function queryText(query) {
    return Object.keys(query).map(function (name) {
      return encode(name) + '=' + encode(query[name])
    }).sort().join('&')
  }

  function hex(bytes) {
    return Array.from(new Uint8Array(bytes), function (byte) {
      return byte.toString(16).padStart(2, '0')
    }).join('')
  }

  function bytesOf(text) { return new TextEncoder().encode(text) }

  async function hmac(key, text) {
    var algorithm = { name: 'HMAC', hash: 'SHA-256' }
    var imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign'])
    return crypto.subtle.sign('HMAC', imported, bytesOf(text))
  }

  async function sha256(text) { return hex(await crypto.subtle.digest('SHA-256', bytesOf(text))) }

  // Signature Version 4, of the host, the date and what else AWS requires.
  async function sign(config, verb, url, query, given, body) {
    var now = new Date().toISOString().replace(/[:-]|\\.\\d+/g, '')
    var scope = [now.slice(0, 8), config.region, 'execute-api', 'aws4_request']
    var headers = { host: url.host, 'x-amz-date': now }
    if (config.sessionToken) headers['x-amz-security-token'] = config.sessionToken
    var names = Object.keys(headers).sort()
    var path = url.pathname.split('/').map(encode).join('/')
    var canonical = [
      verb, path, queryText(query),
      names.map(function (name) { return name + ':' + headers[name] + '\\n' }).join(''),
      names.join(';'), await sha256(body)
    ].join('\\n')
    var text = ['AWS4-HMAC-SHA256', now, scope.join('/'), await sha256(canonical)].join('\\n')
    var key = bytesOf('AWS4' + config.secretKey)
    for (var index = 0; index < scope.length; index++) key = await hmac(key, scope[index])
    delete headers.host
    headers.Authorization = 'AWS4-HMAC-SHA256 Credential=' + config.accessKey + '/' + scope.join('/') +
      ', SignedHeaders=' + names.join(';') + ', Signature=' + hex(await hmac(key, text))
    return headers
  }

  root.apigClientFactory = apigClientFactory
  if (typeof module === 'object' && module.exports) module.exports = apigClientFactory
})(typeof globalThis === 'object' ? globalThis : this)
`
