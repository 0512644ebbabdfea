// What it costs to compare values by what is in them, charged before it is done.
import { isObject } from '#shared/json.ts'

/** Of which two are equal by what is in them. */
export const isCompound = (value: unknown): boolean => typeof value === 'object' && value !== null

/** What the canonical text of a value costs, charged before it is made: its names are sorted. */
export const chargeCanonical = (value: unknown, charge: (steps: number) => void): void => {
  if (typeof value === 'string') charge(1 + (value.length >> 4))
  else if (Array.isArray(value)) {
    charge(2 + value.length)
    for (const item of value) chargeCanonical(item, charge)
  } else if (isObject(value)) {
    const names = Object.keys(value)
    charge(2 + names.length * STEPS_PER_SORTED_NAME)
    for (const name of names) {
      charge(name.length >> 4)
      chargeCanonical(value[name], charge)
    }
  } else charge(1)
}

const STEPS_PER_SORTED_NAME = 64
