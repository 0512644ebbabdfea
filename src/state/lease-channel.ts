// Leases over the channel of a node: asks travel together, and so do the answers that are known at one moment.
import { errorMessage } from '#shared/assert.ts'
import { ChannelError, type ChannelClient, type ChannelPeer } from './channel.ts'
import type { LeasePeer, LimitHolder } from './limit-holder.ts'
import type { LeaseAnswer, LeaseAsk, LeaseReport, LeaseSource, Recall } from './limits.ts'

// Both ends are this file: what arrives is what the other end sent.
interface AskNotice {
  /** The number of the first ask; the others follow it. */
  readonly first: number
  readonly asks: readonly LeaseAsk[]
}
interface ReportNotice {
  readonly reports: readonly LeaseReport[]
  readonly recall?: number
}
type AnswerNotice = readonly (readonly [number: number, answer: LeaseAnswer | string])[]

/** What the host listens to. */
export const leaseNotices = (holder: LimitHolder) => {
  const peers = new Map<
    number,
    LeasePeer & { answer(number: number, answer: LeaseAnswer | string): void }
  >()
  const peerOf = (channel: ChannelPeer) => {
    const known = peers.get(channel.id)
    if (known !== undefined) return known
    let answers: (readonly [number, LeaseAnswer | string])[] = []
    const flush = (): void => {
      channel.notify('leased', answers)
      answers = []
    }
    const peer = {
      id: channel.id,
      recall: (recall: Recall) => channel.notify('recall', recall),
      answer: (number: number, answer: LeaseAnswer | string) => {
        if (answers.length === 0) queueMicrotask(flush)
        answers.push([number, answer])
      },
    }
    peers.set(channel.id, peer)
    return peer
  }
  return {
    notices: {
      lease: (params: unknown, channel: ChannelPeer): void => {
        const { first, asks } = params as AskNotice
        const peer = peerOf(channel)
        for (const [index, answer] of holder.ask(peer, asks).entries()) {
          answer.then(
            (granted) => peer.answer(first + index, granted),
            (error: unknown) => peer.answer(first + index, errorMessage(error)),
          )
        }
      },
      spent: (params: unknown, channel: ChannelPeer): void => {
        const { reports, recall } = params as ReportNotice
        holder.report(peerOf(channel), reports, recall)
      },
    },
    onGone: (channel: ChannelPeer): void => {
      const peer = peers.get(channel.id)
      peers.delete(channel.id)
      if (peer !== undefined) holder.leave(peer)
    },
  }
}

export interface ChannelLeases {
  readonly source: LeaseSource
  /** Notices of the host, by name. */
  readonly notices: Readonly<Record<string, (params: unknown) => void>>
  /** The connection is lost: whoever waits is told. */
  lost(): void
}

/** The way of a process to the holder. `recalled` is told of each recall. */
export const channelLeases = (
  client: () => Pick<ChannelClient, 'notify' | 'isConnected'>,
  recalled: (recall: Recall) => void,
): ChannelLeases => {
  const pending = new Map<number, PromiseWithResolvers<LeaseAnswer>>()
  let last = 0
  return {
    source: {
      ask: (asks) => {
        if (!client().isConnected) return asks.map(() => Promise.reject(gone()))
        const first = last + 1
        last += asks.length
        const waiting = asks.map((_, index) => {
          const one = Promise.withResolvers<LeaseAnswer>()
          pending.set(first + index, one)
          return one.promise
        })
        const notice: AskNotice = { first, asks }
        client().notify('lease', notice)
        return waiting
      },
      report: (reports, recall) => {
        const notice: ReportNotice = { reports, ...(recall !== undefined && { recall }) }
        client().notify('spent', notice)
      },
    },
    notices: {
      leased: (params) => {
        for (const [number, answer] of params as AnswerNotice) {
          const one = pending.get(number)
          pending.delete(number)
          if (typeof answer === 'string') one?.reject(new ChannelError(answer))
          else one?.resolve(answer)
        }
      },
      recall: (params) => recalled(params as Recall),
    },
    lost: () => {
      for (const one of pending.values()) one.reject(gone())
      pending.clear()
    },
  }
}

const gone = (): ChannelError => new ChannelError('the host process is gone')
