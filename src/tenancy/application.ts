export interface Application {
  id: string;
  name: string;
  returnUrls: string[];
  origins: string[];
  createdAt: Date;
}

export function shownApplication({ id, name, returnUrls, origins, createdAt }: Application): Application {
  return { id, name, returnUrls, origins, createdAt };
}
