// `$context.requestTime`: the time as the Common Log Format writes it.

/** `10/Mar/2020:00:03:59 +0000`. */
export const formatClfTime = (ms: number): string => {
  const date = new Date(ms)
  const day = `${twoDigits(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`
  const [hours, minutes] = [twoDigits(date.getUTCHours()), twoDigits(date.getUTCMinutes())]
  return `${day}:${hours}:${minutes}:${twoDigits(date.getUTCSeconds())} +0000`
}

const twoDigits = (count: number): string => (count < 10 ? `0${count}` : `${count}`)

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
