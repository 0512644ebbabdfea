// How large the body of a management call may be, told before any of it is read.

/** A definition or function payload of 6 MB, and room around it. */
export const BODY_BYTES_MAX = 6 * 1024 * 1024 + 64 * 1024

/** AWS: 50 MB in base64: "Request must be smaller than 69905067 bytes for the CreateFunction operation". [exp] */
const ARCHIVE_BODY_BYTES_MAX = 69_905_067

/** CreateFunction, UpdateFunctionCode, PublishLayerVersion. */
const TAKES_ARCHIVE =
  /^(?:POST \/2015-03-31\/functions\/?|PUT \/2015-03-31\/functions\/[^/?]+\/code|POST \/2018-10-31\/layers\/[^/?]+\/versions)(?:\?|$)/

/** AWS: 16 MB for BatchWriteItem. [guide: ServiceQuotas] */
const BATCH_BODY_BYTES_MAX = 16 * 1024 * 1024

export const bodyBytesMax = (
  service: string,
  { method, target }: { readonly method: string; readonly target: string },
): number =>
  service === 'lambda' && TAKES_ARCHIVE.test(`${method} ${target}`)
    ? ARCHIVE_BODY_BYTES_MAX
    : service === 'dynamodb'
      ? BATCH_BODY_BYTES_MAX
      : BODY_BYTES_MAX
