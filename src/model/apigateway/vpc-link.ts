// What leads and vouches for REST APIs: links into private networks, and certificates that prove to a backend who calls.
// https://docs.aws.amazon.com/apigateway/latest/api/API_VpcLink.html

export interface VpcLink {
  readonly id: string
  readonly name: string
  readonly description?: string
  /** Of network load balancers. */
  readonly targetArns: readonly string[]
  readonly status: 'AVAILABLE' | 'PENDING' | 'DELETING' | 'FAILED'
  readonly statusMessage?: string
  readonly tags?: Readonly<Record<string, string>>
}

export interface ClientCertificate {
  readonly clientCertificateId: string
  readonly description?: string
  readonly pemEncodedCertificate: string
  /** The private key, PKCS #8 in PEM, sealed with the key file of the data directory; never on the wire. */
  readonly sealedKey?: string
  readonly createdDate: number
  readonly expirationDate: number
  readonly tags?: Readonly<Record<string, string>>
}

/** What else a link of either API Gateway is called. Key `vpc-link/{accountId}/{region}/{id}`. */
export interface VpcLinkEntry {
  readonly kind: 'vpc-link'
  /** Its name, and the ARNs of its targets. */
  readonly names: readonly string[]
}
