// What functions and integrations sign with: the keys of whoever started us, so that a real service accepts them.

export const developmentCredentials = (
  environment: Readonly<Record<string, string | undefined>>,
) => ({
  accessKeyId: environment.AWS_ACCESS_KEY_ID ?? 'test',
  secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? 'test',
  ...(environment.AWS_SESSION_TOKEN !== undefined && {
    sessionToken: environment.AWS_SESSION_TOKEN,
  }),
})

/** What may be shown of them: a secret that whoever started us brought along stays theirs. */
export const shownCredentials = (environment: Readonly<Record<string, string | undefined>>) => {
  const { accessKeyId, secretAccessKey } = developmentCredentials(environment)
  const isTheirs = environment.AWS_SECRET_ACCESS_KEY !== undefined
  return isTheirs ? { accessKeyId } : { accessKeyId, secretAccessKey }
}
