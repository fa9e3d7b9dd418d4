/** What an integration has answered, before it becomes the method's response. */
export interface IntegrationAnswer {
  status: number;
  headers: [name: string, value: string][];
  body: Buffer;
  /** What selection patterns are matched with. */
  selectedBy: string;
}
