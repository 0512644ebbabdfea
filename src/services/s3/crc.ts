// The cyclic redundancy checks that S3 knows and Node does not have: CRC-32C and CRC-64/NVME, both reflected.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html

export interface RunningCrc {
  update(data: Uint8Array): void
  /** Big-endian, as S3 writes it. */
  digest(): Buffer
}

const CASTAGNOLI = 0x82f63b78

export const startCrc32c = (): RunningCrc => {
  const table = crc32Table()
  let crc = 0xff_ff_ff_ff
  return {
    update: (data) => {
      for (let at = 0; at < data.length; at++)
        crc = (table[(crc ^ (data[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8)
    },
    digest: () => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE((crc ^ 0xff_ff_ff_ff) >>> 0)
      return bytes
    },
  }
}

const crc32Table = (): Int32Array => {
  const table = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ CASTAGNOLI : value >>> 1
    table[byte] = value
  }
  return table
}

/** 64 bits in two halves: a BigInt for each byte would be slow. */
export const startCrc64Nvme = (): RunningCrc => {
  const { high, low } = crc64Tables()
  let crcHigh = ~0
  let crcLow = ~0
  return {
    update: (data) => {
      for (let at = 0; at < data.length; at++) {
        const index = (crcLow ^ (data[at] ?? 0)) & 0xff
        const nextLow = (low[index] ?? 0) ^ ((crcLow >>> 8) | (crcHigh << 24))
        crcHigh = (high[index] ?? 0) ^ (crcHigh >>> 8)
        crcLow = nextLow
      }
    },
    digest: () => {
      const bytes = Buffer.alloc(8)
      bytes.writeUInt32BE(~crcHigh >>> 0, 0)
      bytes.writeUInt32BE(~crcLow >>> 0, 4)
      return bytes
    },
  }
}

const NVME = 0x9a6c_9329_ac4b_c9b5n

const crc64Tables = () => {
  const high = new Int32Array(256)
  const low = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ NVME : value >> 1n
    high[byte] = Number(BigInt.asIntN(32, value >> 32n))
    low[byte] = Number(BigInt.asIntN(32, value))
  }
  return { high, low }
}
