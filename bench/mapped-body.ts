// The request of B7: 2 KB of JSON with a customer, a list of items and a note, as wrk sends it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** As in mapping.yaml. */
export const REQUEST_TEMPLATE = `#set($root = $input.path('$'))
{
  "id": "$context.requestId",
  "who": "$util.escapeJavaScript($root.customer.name)",
  "note": $input.json('$.note'),
  "items": [#foreach($item in $root.items){"sku": "$item.sku", "count": $item.count}#if($foreach.hasNext),#end#end]
}
`
export const RESPONSE_TEMPLATE = `#set($answer = $input.path('$'))
{"stage": "$context.stage", "data": "$answer.data"}
`

const BODY_BYTES = 2_048

export const mappedBody = (): string => {
  const items = Array.from({ length: 10 }, (_, at) => ({ sku: `sku-${at}-abcdef`, count: at }))
  const order = { customer: { name: "Ann O'Brien", city: 'Seoul' }, items, note: '' }
  const missing = BODY_BYTES - JSON.stringify(order).length
  return JSON.stringify({ ...order, note: 'n'.repeat(missing) })
}

/** A script for wrk. */
export const writeMappingScript = async (folder: string): Promise<string> => {
  const file = join(folder, 'mapping.lua')
  await writeFile(
    file,
    `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [==[${mappedBody()}]==]
`,
  )
  return file
}
