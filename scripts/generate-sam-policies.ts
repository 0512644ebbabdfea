// Makes src/deploy/sam/policy-templates.gen.json from the policy templates that AWS publishes with the SAM
// specification (aws/serverless-application-model, Apache-2.0, see NOTICE).
//
//   node scripts/generate-sam-policies.ts ../shared/data/sam/policy_templates.json
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject } from '#shared/json.ts'

const TARGET = join(import.meta.dirname, '../src/deploy/sam/policy-templates.gen.json')

export const renderPolicyTemplates = (text: string): string => {
  const source: unknown = JSON.parse(text)
  const templates = isObject(source) ? source['Templates'] : undefined
  if (!isObject(templates)) throw new Error('the file has no Templates')
  const entries = Object.entries(templates).map(([name, template]) => {
    const { Definition: definition, Parameters: parameters } = isObject(template) ? template : {}
    const statement = isObject(definition) ? definition['Statement'] : undefined
    if (!Array.isArray(statement)) throw new Error(`${name} has no statements`)
    const names = isObject(parameters) ? Object.keys(parameters) : []
    return `  ${JSON.stringify(name)}: ${JSON.stringify({ parameters: names, statement })}`
  })
  return `{\n${entries.join(',\n')}\n}\n`
}

const [file] = process.argv.slice(2)
if (import.meta.main && file !== undefined)
  writeFileSync(TARGET, renderPolicyTemplates(readFileSync(file, 'utf8')))
