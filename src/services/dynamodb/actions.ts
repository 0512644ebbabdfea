// The engine's operations: how a call's input is read and held against AWS's rules, and what carries it out.
import batchGetItem from 'dynalite/actions/batchGetItem.js'
import batchWriteItem from 'dynalite/actions/batchWriteItem.js'
import createTable from 'dynalite/actions/createTable.js'
import deleteItem from 'dynalite/actions/deleteItem.js'
import deleteTable from 'dynalite/actions/deleteTable.js'
import describeTable from 'dynalite/actions/describeTable.js'
import getItem from 'dynalite/actions/getItem.js'
import listTables from 'dynalite/actions/listTables.js'
import listTagsOfResource from 'dynalite/actions/listTagsOfResource.js'
import putItem from 'dynalite/actions/putItem.js'
import query from 'dynalite/actions/query.js'
import scan from 'dynalite/actions/scan.js'
import tagResource from 'dynalite/actions/tagResource.js'
import untagResource from 'dynalite/actions/untagResource.js'
import updateItem from 'dynalite/actions/updateItem.js'
import updateTable from 'dynalite/actions/updateTable.js'
import validations from 'dynalite/validations/index.js'
import ofBatchGetItem from 'dynalite/validations/batchGetItem.js'
import ofBatchWriteItem from 'dynalite/validations/batchWriteItem.js'
import ofCreateTable from 'dynalite/validations/createTable.js'
import ofDeleteItem from 'dynalite/validations/deleteItem.js'
import ofDeleteTable from 'dynalite/validations/deleteTable.js'
import ofDescribeTable from 'dynalite/validations/describeTable.js'
import ofGetItem from 'dynalite/validations/getItem.js'
import ofListTables from 'dynalite/validations/listTables.js'
import ofListTags from 'dynalite/validations/listTagsOfResource.js'
import ofPutItem from 'dynalite/validations/putItem.js'
import ofQuery from 'dynalite/validations/query.js'
import ofScan from 'dynalite/validations/scan.js'
import ofTagResource from 'dynalite/validations/tagResource.js'
import ofUntagResource from 'dynalite/validations/untagResource.js'
import ofUpdateItem from 'dynalite/validations/updateItem.js'
import ofUpdateTable from 'dynalite/validations/updateTable.js'
import { asRefusal, EngineError } from './engine-errors.ts'
import type { Output } from './engine.ts'
import { replaceParts } from './replaced-parts.ts'
import { type Rows, storeOver } from './rows.ts'

replaceParts()

const ACTIONS = {
  BatchGetItem: [ofBatchGetItem, batchGetItem],
  BatchWriteItem: [ofBatchWriteItem, batchWriteItem],
  CreateTable: [ofCreateTable, createTable],
  DeleteItem: [ofDeleteItem, deleteItem],
  DeleteTable: [ofDeleteTable, deleteTable],
  DescribeTable: [ofDescribeTable, describeTable],
  GetItem: [ofGetItem, getItem],
  ListTables: [ofListTables, listTables],
  ListTagsOfResource: [ofListTags, listTagsOfResource],
  PutItem: [ofPutItem, putItem],
  Query: [ofQuery, query],
  Scan: [ofScan, scan],
  TagResource: [ofTagResource, tagResource],
  UntagResource: [ofUntagResource, untagResource],
  UpdateItem: [ofUpdateItem, updateItem],
  UpdateTable: [ofUpdateTable, updateTable],
} as const

export type ActionName = keyof typeof ACTIONS

export const isActionName = (name: string): name is ActionName => Object.hasOwn(ACTIONS, name)

/** Input that the rules of its operation have passed, with its expressions read. */
export interface CheckedInput {
  readonly operation: ActionName
  readonly data: Record<string, unknown>
}

/** Throws `EngineError` where a rule is broken. Members that are unknown are gone. */
export const checkInput = (operation: ActionName, input: Output): CheckedInput => {
  const [{ types, custom }] = ACTIONS[operation]
  try {
    const data = validations.checkTypes(input, types)
    validations.checkValidations(
      data,
      types,
      custom,
      storeOver(NO_ROWS, () => {}),
    )
    return { operation, data }
  } catch (error) {
    // The rules stumble over what is null where a value is to be, and the like; they read nothing but the input.
    if (error instanceof TypeError) throw new EngineError('SerializationException', '')
    throw asRefusal(error)
  }
}

/** The answer as JSON: the engine goes on changing some of what it answers. */
export const act = ({ operation, data }: CheckedInput, rows: Rows): Promise<string> =>
  new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(asRefusal(error))
    const [, action] = ACTIONS[operation]
    try {
      action(storeOver(rows, fail), data, (error, output) => {
        if (error !== undefined && error !== null) fail(error)
        else resolve(JSON.stringify(output === '' ? {} : output))
      })
    } catch (error) {
      fail(error)
    }
  })

/** Rules read limits of the store, and no row of it. */
const NO_ROWS: Rows = {
  get: async () => undefined,
  change: async () => {},
  entries: async function* () {},
}
