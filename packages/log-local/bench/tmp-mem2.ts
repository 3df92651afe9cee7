import { readFileSync } from "node:fs"; import { mkdtemp, rm } from "node:fs/promises"; import { randomFillSync } from "node:crypto";
import { events, testLogId } from "../src/test-support.ts"; import { openLocalLog } from "../src/local-log.ts";
const anon=()=>Number(readFileSync("/proc/self/status","utf8").match(/RssAnon:\s+(\d+)/)![1])>>10;
const show=(n:string)=>{ const u=process.memoryUsage(); console.log(n,"anon",anon(),"heap",u.heapTotal>>20,"used",u.heapUsed>>20,"ext",u.external>>20,"ab",u.arrayBuffers>>20)};
const size=Number(process.argv[2]), callers=Number(process.argv[3]);
const d = await mkdtemp("/tmp/mem-"); const key=Buffer.alloc(16); 
const o = await openLocalLog({directory:d,newLogId:()=>testLogId,eventKey:()=>randomFillSync(key)}); if(!o.ok) throw 1; const log=o.value; const e = events(size);
show("start");
for (let m=1;m<=6;m++){ let left=Math.floor(1e6/size); await Promise.all(Array.from({length:callers},async()=>{while(left-->0) await log.writer.append(e)})); await log.partition.trim(log.partition.next()); show("append "+m+"M"); }
await log.close(); await rm(d,{recursive:true});
