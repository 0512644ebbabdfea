/** On the functions process's socket: answered once everything committed is taken in. */
export const PULL_PATH = '/_daemun/pull'
