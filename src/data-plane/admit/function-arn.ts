// A function's ARN taken apart, as the directory's keys want it.

export interface FunctionArnParts {
  readonly name: string
  /** `$LATEST` where the ARN has none. */
  readonly qualifier: string
  /** Of the function's directory entry. */
  readonly key: string
}

export const shallowArn = (functionArn: string): FunctionArnParts => {
  const [, , , region = '', accountId = '', , name = '', qualifier = '$LATEST'] =
    functionArn.split(':')
  return { name, qualifier, key: `${accountId}/${region}/${name}` }
}
