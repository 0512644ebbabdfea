// What a caller may write where a function is meant: a name, a part of an ARN or all of it, with or without the
// qualifier. https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
import { functionArn } from '#model/arn.ts'
import type { Scope } from '#model/scope.ts'
import { constraint, functionNotFound, invalidParameter } from './errors.ts'

export interface FunctionReference {
  readonly name: string
  /** A version, `$LATEST` or an alias. */
  readonly qualifier: string | undefined
}

export const FUNCTION_NAME_PATTERN = String.raw`(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?`

const REFERENCE =
  /^(?:arn:[^:]+:lambda:)?(?:([a-z]{2}(?:-[a-z]+)+-\d{1,2}):)?(?:(\d{12}):)?(?:function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST|[A-Za-z0-9_-]{1,128}))?$/

/** Throws where the text is no reference, or one to somewhere else. */
export const referenceOf = (
  text: string | undefined,
  qualifier: string | undefined,
  scope: Scope,
): FunctionReference => {
  const [matched, region, accountId, name = '', inText] = REFERENCE.exec(text ?? '') ?? []
  if (matched === undefined) {
    throw constraint(
      'functionName',
      text ?? '',
      `Member must satisfy regular expression pattern: ${FUNCTION_NAME_PATTERN}`,
    )
  }
  if (qualifier !== undefined && !/^(?:\$LATEST|[A-Za-z0-9_-]{1,128})$/.test(qualifier)) {
    throw constraint(
      'qualifier',
      qualifier,
      'Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)',
    )
  }
  const here =
    (region ?? scope.region) === scope.region && (accountId ?? scope.accountId) === scope.accountId
  if (!here) throw functionNotFound(text ?? '')
  if (inText !== undefined && qualifier !== undefined && inText !== qualifier) {
    throw invalidParameter(
      'The derived qualifier from the function name does not match the specified qualifier.',
    )
  }
  return { name, qualifier: qualifier ?? inText }
}

/** The ARN, with the qualifier where there is one. */
export const qualifiedArn = (scope: Scope, name: string, qualifier: string | undefined): string => {
  const arn = functionArn(scope, name)
  return qualifier === undefined ? arn : `${arn}:${qualifier}`
}

export const isVersion = (qualifier: string): boolean => /^\d+$/.test(qualifier)
