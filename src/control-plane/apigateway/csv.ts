// Comma-separated values as RFC 4180 has them: quotes around what holds a comma, doubled within. A cell may stand in
// single quotes too, as the guide writes lists of usage plans. [guide: api-key-file-format]

/** The rows of a text, without those that are blank. */
export const csvRows = (text: string): readonly (readonly string[])[] => {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  const endCell = (): void => {
    row.push(cell)
    cell = ''
  }
  const endRow = (): void => {
    endCell()
    if (row.some((each) => each.trim() !== '')) rows.push(row)
    row = []
  }
  const source = text.replace(/^\uFEFF/, '')
  for (let at = 0; at < source.length; at++) {
    const character = source[at] ?? ''
    if (isQuoted) {
      if (character !== '"') cell += character
      else if (source[at + 1] === '"') {
        cell += '"'
        at++
      } else isQuoted = false
    } else if (character === '"' && cell.trim() === '') {
      cell = ''
      isQuoted = true
    } else if (character === "'" && cell.trim() === '') {
      const [whole, inner = character] = singleQuoted(source, at) ?? [character]
      cell = inner
      at += whole.length - 1
    } else if (character === ',') endCell()
    else if (character === '\n') endRow()
    else if (character !== '\r') cell += character
  }
  endRow()
  return rows
}

/** A cell that is in single quotes from its first character to its last: an apostrophe alone is one. */
const singleQuoted = (source: string, at: number): RegExpExecArray | null => {
  const cell = /'([^'\r\n]*)'(?=[ \t]*(?:,|\r?\n|$))/y
  cell.lastIndex = at
  return cell.exec(source)
}
