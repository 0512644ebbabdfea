// Developer portals: what they show, to whom, and the products whose pages they are made of.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-portals.html

type Tags = Readonly<Record<string, string>>

export interface StatusException {
  readonly exception?: string
  readonly message?: string
}

/** Has exactly one of its members. */
export interface PortalAuthorization {
  readonly cognitoConfig?: {
    readonly appClientId: string
    readonly userPoolArn: string
    readonly userPoolDomain: string
  }
  readonly none?: Readonly<Record<never, never>>
}

export interface PortalContent {
  readonly displayName: string
  readonly description?: string
  readonly theme: {
    readonly customColors: Readonly<Record<PortalColor, string>>
    readonly logoLastUploaded?: number
  }
}

export type PortalColor =
  | 'accentColor'
  | 'backgroundColor'
  | 'errorValidationColor'
  | 'headerColor'
  | 'navigationColor'
  | 'textColor'

export interface Portal {
  readonly portalId: string
  readonly portalArn: string
  readonly authorization: PortalAuthorization
  readonly endpointConfiguration: {
    readonly certificateArn?: string
    readonly domainName?: string
    readonly portalDefaultDomainName: string
    readonly portalDomainHostedZoneId: string
  }
  readonly includedPortalProductArns: readonly string[]
  readonly lastModified: number
  readonly lastPublished?: number
  readonly lastPublishedDescription?: string
  /** Not on the wire: AWS takes it and answers the time of the upload alone. */
  readonly logoUri?: string
  readonly portalContent: PortalContent
  readonly preview?: {
    readonly previewStatus: 'PREVIEW_FAILED' | 'PREVIEW_IN_PROGRESS' | 'PREVIEW_READY'
    readonly previewUrl?: string
    readonly statusException?: StatusException
  }
  readonly publishStatus: 'DISABLED' | 'PUBLISHED'
  readonly rumAppMonitorName?: string
  readonly statusException?: StatusException
  readonly tags?: Tags
}

export interface PortalProduct {
  readonly portalProductId: string
  readonly portalProductArn: string
  readonly displayName: string
  readonly description?: string
  readonly displayOrder?: DisplayOrder
  readonly lastModified: number
  /** JSON text; an operation of its own reads it. */
  readonly sharingPolicy?: string
  readonly tags?: Tags
}

export interface DisplayOrder {
  readonly contents?: readonly {
    readonly productRestEndpointPageArns: readonly string[]
    readonly sectionName: string
  }[]
  readonly overviewPageArn?: string
  readonly productPageArns?: readonly string[]
}

export interface ProductPage {
  readonly productPageId: string
  readonly productPageArn: string
  readonly displayContent: { readonly body: string; readonly title: string }
  readonly lastModified: number
}

export interface ProductRestEndpointPage {
  readonly productRestEndpointPageId: string
  readonly productRestEndpointPageArn: string
  readonly restEndpointIdentifier: {
    readonly identifierParts: {
      readonly method: string
      readonly path: string
      readonly restApiId: string
      readonly stage: string
    }
  }
  /** What the page says in place of the API's own documentation. */
  readonly overrides?: {
    readonly body?: string
    readonly endpoint?: string
    readonly operationName?: string
  }
  readonly lastModified: number
  readonly status: 'AVAILABLE' | 'FAILED' | 'IN_PROGRESS'
  readonly tryItState: 'DISABLED' | 'ENABLED'
}
