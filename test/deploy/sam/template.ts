// Transforms a template that a test writes, as a deployment does.
import { resolveParameters } from '#deploy/cloudformation/parameters.ts'
import { createReport } from '#deploy/report.ts'
import { transformSam } from '#deploy/sam/transform.ts'
import { memberOf } from '#deploy/template/source.ts'
import { readTemplate } from '#deploy/template/read.ts'

export const transformText = (text: string) => {
  const source = readTemplate(`Transform: AWS::Serverless-2016-10-31\n${text}`, 'template.yaml')
  const report = createReport(source)
  const parameters = resolveParameters(source, {}, report)
  const { template, errors } = transformSam(source.value, { parameters, report })
  const resource = (id: string) => memberOf(template['Resources'], id)
  return {
    errors,
    report: report.entries,
    type: (id: string) => memberOf(resource(id), 'Type'),
    properties: (id: string) => memberOf(resource(id), 'Properties'),
    attribute: (id: string, name: string) => memberOf(resource(id), name),
  }
}

/** A function with what is said of it beside its code. */
export const functionText = (name: string, more: string): string => `
  ${name}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: "exports.handler = async () => ({})"
${more}`
