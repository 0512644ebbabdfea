// `${stageVariables.x}` may stand anywhere in an integration's URI. [F173]
import type { StageFacts } from '../compiling.ts'
import { ownValue } from './parameter-source.ts'

/** The text with its stage variables put in; one that the stage does not have is nothing. */
export const putStageVariables = (text: string, stage: StageFacts): string =>
  text.replaceAll(
    /\$\{stageVariables\.(\w+)\}/g,
    (_, name: string) => ownValue(stage.stageVariables, name) ?? '',
  )
