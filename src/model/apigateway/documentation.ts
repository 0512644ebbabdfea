// What an API says of itself to people. https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationPart.html

export interface DocumentationPartLocation {
  /** `API`, `RESOURCE`, `METHOD`, … */
  readonly type: string
  readonly path?: string
  readonly method?: string
  readonly statusCode?: string
  readonly name?: string
}

export interface DocumentationPart {
  readonly id: string
  readonly location: DocumentationPartLocation
  /** A JSON object, as text. */
  readonly properties: string
}

/** A version keeps the parts as they were: later changes of the parts do not change it. */
export interface DocumentationVersion {
  readonly version: string
  readonly createdDate: number
  readonly description?: string
  /** Not on the wire. */
  readonly parts: readonly DocumentationPart[]
}
