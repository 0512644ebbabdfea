// What a caller left out is absent from what is stored and answered: never an undefined or invented member.

type OptionalKeys<T> = {
  [Key in keyof T]-?: undefined extends T[Key] ? Key : never
}[keyof T]

/** `T` with every member that may be undefined made one that may be absent. */
export type Defined<T> = { [Key in Exclude<keyof T, OptionalKeys<T>>]: T[Key] } & {
  [Key in OptionalKeys<T>]?: Exclude<T[Key], undefined>
}

/** A copy without undefined members. */
export const defined = <T extends object>(value: T): Defined<T> =>
  // The type says exactly what the filter does; the compiler cannot follow Object.entries.
  Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Defined<T>

/** The map or list, or undefined where it holds nothing. */
export const nonEmpty = <T extends object>(value: T | null | undefined): T | undefined =>
  value === undefined || value === null || Object.keys(value).length === 0 ? undefined : value

/** A map's entry by a name that a caller chose: what every object inherits (`constructor`) is no entry. */
export const entryOf = <T>(
  map: Readonly<Record<string, T>> | undefined,
  name: string,
): T | undefined => (map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined)
