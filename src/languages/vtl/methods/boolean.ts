// java.lang.Boolean, as far as templates use it.
import type { VtlMethod, VtlMethods } from '../values.ts'

export const BOOLEAN_METHODS: VtlMethods<boolean> = new Map<string, VtlMethod<boolean>>([
  ['booleanValue', (self, args) => (args.length === 0 ? self : undefined)],
  [
    'compareTo',
    (self, [other]) => (typeof other === 'boolean' ? Number(self) - Number(other) : undefined),
  ],
  [
    'parseBoolean',
    (_self, [text]) => (typeof text === 'string' ? text.toLowerCase() === 'true' : undefined),
  ],
])
