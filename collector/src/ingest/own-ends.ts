/**
 * grpc-js ends some calls by itself, before any handler sees why: a message above the size limit, compression that does
 * not unpack, a deadline. The handler learns only that the call was cancelled. This interceptor tells the reason.
 */
import { ServerInterceptingCall, type ServerInterceptor, type status } from '@grpc/grpc-js';

export interface OwnEnd {
  readonly code: status;
  readonly details: string;
  readonly peer: string;
}

/** @param onEnd called once for each call that grpc-js ends, never for one that the handler ends */
export function watchOwnEnds(onEnd: (end: OwnEnd) => void): ServerInterceptor {
  return (_method, call) => {
    let isTold = false;
    // The handler's statuses come through the intercepting call below; grpc-js's own go straight to this method.
    const send = call.sendStatus.bind(call);
    call.sendStatus = (status) => {
      if (!isTold) onEnd({ code: status.code, details: status.details, peer: call.getPeer() });
      isTold = true;
      send(status);
    };
    return new ServerInterceptingCall(call, {
      sendStatus: (status, next) => {
        isTold = true;
        next(status);
      },
    });
  };
}
