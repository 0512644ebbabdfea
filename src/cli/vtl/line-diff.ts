// What differs between two texts, line by line, for a person: `-` was expected, `+` came.

export interface DiffLine {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/** Lines of the same beginning and end shown around what differs. */
const CONTEXT_LINES = 2
/** Longer texts are compared without looking for the shortest difference. */
const CELLS_MAX = 4_000_000

export const diffLines = (expected: string, actual: string): readonly DiffLine[] => {
  const before = expected.split('\n')
  const after = actual.split('\n')
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end++
  }
  const same = (text: string): DiffLine => ({ sign: ' ', text })
  return [
    ...before.slice(Math.max(0, start - CONTEXT_LINES), start).map(same),
    ...changed(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end, before.length - end + CONTEXT_LINES).map(same),
  ]
}

/** By the longest common subsequence. */
const changed = (before: readonly string[], after: readonly string[]): readonly DiffLine[] => {
  const width = after.length + 1
  const isLong = (before.length + 1) * width > CELLS_MAX
  const lengths = isLong ? undefined : commonLengths(before, after)
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    const [one, other] = [before[i], after[j]]
    if (lengths !== undefined && i < before.length && j < after.length && one === other) {
      lines.push({ sign: ' ', text: one ?? '' })
      i++
      j++
    } else if (
      j >= after.length ||
      (i < before.length &&
        (lengths === undefined ||
          (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)))
    ) {
      lines.push({ sign: '-', text: one ?? '' })
      i++
    } else {
      lines.push({ sign: '+', text: other ?? '' })
      j++
    }
  }
  return lines
}

const commonLengths = (before: readonly string[], after: readonly string[]): Uint32Array => {
  const width = after.length + 1
  const lengths = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        before[i] === after[j]
          ? 1 + (lengths[(i + 1) * width + j + 1] ?? 0)
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0)
    }
  }
  return lengths
}
