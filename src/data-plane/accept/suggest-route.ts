// What a developer may have meant who asked for a method or route that is not there: another verb of the path, or a path
// that is spelled nearly so. Only for the record of a request; asked only where requests are kept for a developer.
import { distanceOf } from '#shared/spelling.ts'

/** Said after the hint; '' where nothing is near. */
export type SuggestRoute = (httpMethod: string, path: string) => string

/** More are not compared: it is a courtesy. */
const ROUTES_COMPARED_MAX = 300
const PATH_CHARS_MAX = 200
const DISTANCE_MAX = 3

/** `routes` as `GET /pets/{id}`. */
export const compileSuggestions = (routes: readonly string[]): SuggestRoute => {
  const known = routes.slice(0, ROUTES_COMPARED_MAX).flatMap((route) => {
    const [, verb, path] = /^(\S+) (\/.*)$/.exec(route) ?? []
    return verb === undefined || path === undefined ? [] : [{ verb, path }]
  })
  return (httpMethod, path) => {
    if (path.length > PATH_CHARS_MAX) return ''
    const verbs = known.filter((route) => fits(route.path, path)).map(({ verb }) => verb)
    if (verbs.length > 0) return `; there is ${verbs.join(', ')} on it`
    let nearest: (typeof known)[number] | undefined
    let least = DISTANCE_MAX + 1
    for (const route of known) {
      const distance = distanceOf(segmentsLike(route.path, path), path, least + 1)
      if (distance < least || (distance === least && route.verb === httpMethod)) {
        least = distance
        nearest = route
      }
    }
    if (nearest === undefined || least > DISTANCE_MAX) return ''
    return `; did you mean ${nearest.verb} ${nearest.path}`
  }
}

const fits = (template: string, path: string): boolean => segmentsLike(template, path) === path

/** The template with its parameters filled from the path: they are right whatever they are. */
const segmentsLike = (template: string, path: string): string => {
  const given = path.split('/')
  return template
    .split('/')
    .map((segment, at) => {
      if (segment.endsWith('+}')) return given.slice(at).join('/')
      return segment.startsWith('{') ? (given[at] ?? segment) : segment
    })
    .join('/')
}
