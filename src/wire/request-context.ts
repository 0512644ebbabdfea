// What policies may ask of a call itself, whoever makes it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import { headerOf, type WireRequest } from './message.ts'

export const isLoopback = (address: string): boolean =>
  /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(address) || address === '::1'

/** The condition keys of a call. */
export const requestContext = (
  request: WireRequest,
  { nowMs, region }: { readonly nowMs: number; readonly region: string },
): Readonly<Record<string, string>> => {
  const agent = headerOf(request.headers, 'user-agent')
  const referer = headerOf(request.headers, 'referer')
  return {
    'aws:CurrentTime': new Date(nowMs).toISOString(),
    'aws:EpochTime': String(Math.floor(nowMs / 1_000)),
    'aws:SourceIp': request.remoteAddress.replace(/^::ffff:/, ''),
    // What does not leave the machine is as safe from listeners as what TLS carries: policies that ask for it, and
    // they are many, are about networks.
    'aws:SecureTransport': String(isLoopback(request.remoteAddress)),
    'aws:RequestedRegion': region,
    'aws:ViaAWSService': 'false',
    ...(agent !== undefined && { 'aws:UserAgent': agent }),
    ...(referer !== undefined && { 'aws:Referer': referer }),
  }
}
