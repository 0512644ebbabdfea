// The bound of an LRUCache that is mostly empty. One with `max` makes its lists at their full length when it is made:
// a hundred thousand places take 9 ms and megabytes, and most processes never use them.

/** Options of an LRUCache for so many entries, with nothing made before they come. */
export const counted = (
  entriesMax: number,
): { readonly maxSize: number; readonly sizeCalculation: () => number } => ({
  maxSize: entriesMax,
  sizeCalculation: () => 1,
})
