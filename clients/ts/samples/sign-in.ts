import { createSavepoint } from "@savepoint/client";
import { initializeApp } from "firebase/app";
import { getAuth, signInWithEmailAndPassword } from "firebase/auth";
import { getFirestore } from "firebase/firestore";

export async function signIn(email: string, password: string) {
  const app = initializeApp({ apiKey: "of-the-web-app", projectId: "your-project" });
  const { user } = await signInWithEmailAndPassword(getAuth(app), email, password);
  const token = (forceRefresh: boolean) => user.getIdToken(forceRefresh);
  const baseUrl = "https://api.example.com";
  const savepoint = createSavepoint({ baseUrl, clientName: "web/8.4.1", token });
  return { uid: user.uid, savepoint, db: getFirestore(app) };
}
