// Which templates a command is about: what was named, or what is found in the folder it was given in.
import { cwd } from 'node:process'
import { readGivenValues } from '#deploy/read-values.ts'
import { type FoundTemplate, findTemplates, refuseTwins } from '#deploy/find-template.ts'
import { TemplateError } from '#deploy/template/template-error.ts'
import { reachedNames } from '#processes/reached-names.ts'
import type { Settings } from '../settings.ts'

export interface TemplateChoice {
  /** With what the project says itself (samconfig.toml) behind what was given. */
  readonly settings: Settings
  /** In the order in which they are to be deployed; none: the gateway begins empty. */
  readonly templates: readonly FoundTemplate[]
}

/** Throws `TemplateError` where what was named is not there, or holds nothing to deploy. */
export const chooseTemplates = (settings: Settings): TemplateChoice => {
  const found = settings.files.length === 0 ? lookAround() : settings.files.flatMap(findTemplates)
  refuseTwins(found, settings.stackName)
  const region = found.find((template) => template.region !== undefined)?.region
  return {
    settings: settings.regionIsDefault && region !== undefined ? { ...settings, region } : settings,
    templates: found,
  }
}

/** What a template is checked with: its own settings beneath those that were given. */
export const checkOptions = (settings: Settings, template: FoundTemplate) => ({
  ...template,
  ...(settings.stackName !== undefined && { stackName: settings.stackName }),
  ...(settings.as !== undefined && { as: settings.as }),
  parameters: { ...template.parameters, ...settings.parameters },
  values: readGivenValues(template.file, settings.valuesFile, process.env),
  upstreams: reachedNames(settings),
  scope: { accountId: settings.accountId, region: settings.region },
})

/** A folder without a template is a gateway to be filled by the AWS CLI, Terraform, … */
const lookAround = (): readonly FoundTemplate[] => {
  const here = cwd()
  try {
    return findTemplates(here)
  } catch (error) {
    if (error instanceof TemplateError && error.file === here) return []
    throw error
  }
}
