// Fn::Cidr: blocks of an address range, IPv4 and IPv6.
import { isIP } from 'node:net'
import { argumentList, fail, type Intrinsic, textOf } from '../evaluation.ts'

const COUNT_MAX = 256

export const cidr: Intrinsic = (argument, evaluation, path, evaluate) => {
  const shape = '[address block, count, bits of each block]'
  const [block, countText, bitsText = '8'] = argumentList(
    argument,
    [2, 3],
    shape,
    evaluation,
    path,
  ).map((value, index) => textOf(evaluate(value, [...path, index])))
  const [address = '', prefixText] = (block ?? '').split('/')
  const version = isIP(address)
  const width = version === 6 ? 128 : 32
  const [prefix, count, bits] = [Number(prefixText), Number(countText), Number(bitsText)]
  const size = width - bits
  const whole = [prefix, count, bits].every(Number.isInteger)
  const fits = count >= 1 && count <= COUNT_MAX && prefix >= 0 && prefix <= size && size <= width
  if (version === 0 || !whole || !fits || 2 ** (size - prefix) < count) {
    return fail(evaluation, path, 'Fn::Cidr has the wrong arguments', `Write it as ${shape}`)
  }
  const step = 1n << BigInt(bits)
  const hostBits = BigInt(width - prefix)
  const base = (parseAddress(address, version) >> hostBits) << hostBits
  return Array.from(
    { length: count },
    (_, index) => `${formatAddress(base + step * BigInt(index), version)}/${size}`,
  )
}

const parseAddress = (address: string, version: number): bigint => {
  if (version === 4) return joinGroups(address.split('.').map(Number), 8n)
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((g) => parseInt(g, 16)))
  const before = groups(head)
  const after = groups(tail ?? '')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return joinGroups([...before, ...(tail === undefined ? [] : zeros), ...after], 16n)
}

const joinGroups = (groups: readonly number[], bits: bigint) => {
  let value = 0n
  for (const group of groups) value = (value << bits) | BigInt(group)
  return value
}

const formatAddress = (value: bigint, version: number): string => {
  const [count, bits, radix, separator] =
    version === 4 ? ([4, 8n, 10, '.'] as const) : ([8, 16n, 16, ':'] as const)
  const groups: string[] = []
  for (let index = count - 1; index >= 0; index--) {
    groups.push(((value >> (BigInt(index) * bits)) & ((1n << bits) - 1n)).toString(radix))
  }
  return groups.join(separator)
}
