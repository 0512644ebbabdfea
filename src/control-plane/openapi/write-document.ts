// The text of an exported API definition: the tree of either export, in either output.
import { stringify } from 'yaml'

/** Members come in the order that the tree has them. */
export const writeDocument = (tree: object, output: 'JSON' | 'YAML'): Uint8Array =>
  Buffer.from(output === 'JSON' ? `${JSON.stringify(tree, undefined, 2)}\n` : yaml(tree), 'utf8')

// Anchors and folded lines are valid YAML that few readers of API definitions expect.
const yaml = (tree: object): string =>
  `---\n${stringify(tree, { aliasDuplicateObjects: false, lineWidth: 0 })}`
