// What an API key is found by: a hash of its value, so that finding one takes as long as not finding one, however
// much of a real key a guess has right.
import { hash } from 'node:crypto'

export const apiKeyHash = (value: string): string => hash('sha256', value, 'base64url')
