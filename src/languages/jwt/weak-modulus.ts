// RSA keys of a broken generator (ROCA, CVE-2017-15361): their private half can be computed from the public one.
// https://crocs.fi.muni.cz/public/papers/rsa_ccs17
//
// Such a modulus is a power of 65537 modulo every small prime. One key in about 2^27 of others looks so by chance.

/** `n` of a JWK. */
export const isWeakModulus = (n: string): boolean => {
  const modulus = BigInt(`0x${Buffer.from(n, 'base64url').toString('hex') || '0'}`)
  return PRIMES.every((prime) => isPowerOf65537(Number(modulus % BigInt(prime)), prime))
}

const PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]

const isPowerOf65537 = (remainder: number, prime: number): boolean => {
  const generator = 65_537 % prime
  let power = 1
  do {
    if (power === remainder) return true
    power = (power * generator) % prime
  } while (power !== 1)
  return false
}
