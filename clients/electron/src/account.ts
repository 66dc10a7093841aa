import { createSavepoint, localToken, type Savepoint } from "@savepoint/client";
import { initializeApp } from "firebase/app";
import { connectFirestoreEmulator, type Firestore, getFirestore } from "firebase/firestore";

/** A player who is signed in: the API and the documents, both as that player. */
export interface Account {
  uid: string;
  savepoint: Savepoint;
  db: Firestore;
}

/** Where a local cloud answers. */
export interface Local {
  baseUrl: string;
  firestore: string;
}

/** Sign in as anybody, which only a local cloud allows; it may be away, now and later. */
export function signInLocally(local: Local, uid: string, version: string): Account {
  const { baseUrl, firestore } = local;
  const clientName = `desktop/${version} (${process.platform}; ${process.arch})`;
  const savepoint = createSavepoint({ baseUrl, clientName, token: localToken(baseUrl, uid) });
  const db = getFirestore(initializeApp({ projectId: "demo-savepoint" }));
  const [host = "", port] = firestore.split(":");
  connectFirestoreEmulator(db, host, Number(port), { mockUserToken: { sub: uid } });
  return { uid, savepoint, db };
}
