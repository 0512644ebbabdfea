// Lists of names, written as one reads them.

export const words = (text: string): readonly string[] => text.trim().split(/\s+/)
