// What somebody may have meant whose word is not known: the nearest of those that are. A courtesy for messages.

const DISTANCE_MAX = 3
const LENGTH_MAX = 200
/** More are not compared. */
const KNOWN_MAX = 2_000

/** The nearest known word; undefined where none is near. Case counts for nothing. */
export const nearestWord = (word: string, known: Iterable<string>): string | undefined => {
  if (word.length > LENGTH_MAX) return undefined
  // Of a short word nearly everything is near.
  let least = Math.min(DISTANCE_MAX, Math.floor(word.length / 2)) + 1
  let nearest: string | undefined
  let compared = 0
  for (const each of known) {
    if (compared++ >= KNOWN_MAX) break
    const distance = distanceOf(word.toLowerCase(), each.toLowerCase(), least)
    if (distance >= least) continue
    least = distance
    nearest = each
  }
  return nearest
}

/** `; did you mean QueueName?`, or nothing. */
export const didYouMean = (word: string, known: Iterable<string>): string => {
  const nearest = nearestWord(word, known)
  return nearest === undefined ? '' : `; did you mean ${nearest}?`
}

/** Levenshtein's, given up where it cannot come below `limit`. */
export const distanceOf = (left: string, right: string, limit: number): number => {
  if (Math.abs(left.length - right.length) >= limit) return limit + 1
  let row = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let at = 1; at <= left.length; at++) {
    const next = [at]
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[at - 1] === right[column - 1]
      const replaced = (row[column - 1] ?? 0) + (isSame ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? limit + 1
}
