import { readFileSync } from "node:fs"; import { mkdtemp, rm } from "node:fs/promises"; import { ClassicLevel } from "classic-level";
import { events, openOrThrow } from "../src/test-support.ts";
const anon=()=>Number(readFileSync("/proc/self/status","utf8").match(/RssAnon:\s+(\d+)/)![1])>>10;
const show=(n:string)=>{globalThis.gc?.(); const u=process.memoryUsage(); console.log(n,"anon",anon(),"heap",u.heapTotal>>20,"used",u.heapUsed>>20,"ext",u.external>>20)};
const d = await mkdtemp("/tmp/mem-"); 
if (process.argv[2]==="log"){ const log = await openOrThrow(d); const e = events(10000);
await log.writer.append(e); show("start");
for (let m=1;m<=8;m++){ for (let i=0;i<400;i++){ await log.partition.read(0,{rowsMax:10000,bytesMax:8<<20}); } show("read"); }
await log.close(); } else { const db=new ClassicLevel<Buffer,Buffer>(d,{keyEncoding:"buffer",valueEncoding:"buffer"}); await db.open(); for(let i=0;i<5;i++) await db.put(Buffer.from("e"+i),Buffer.alloc(250000,i)); show("start");
for (let m=1;m<=8;m++){ for (let i=0;i<400;i++){ 
 if(process.argv[2]==="iter"){const it=db.iterator({highWaterMarkBytes:1<<20}); for(;;){const f=await it.nextv(1000); if(f.length===0)break;} await it.close();}
 if(process.argv[2]==="next"){const it=db.iterator({highWaterMarkBytes:1}); for(;;){const f=await it.next(); if(f===undefined)break;} await it.close();}
 if(process.argv[2]==="limit"){const it=db.iterator({highWaterMarkBytes:1<<20,limit:3}); const f=await it.nextv(3); await it.close();}
 if(process.argv[2]==="early"){const it=db.iterator({highWaterMarkBytes:1<<20}); const f=await it.nextv(3); await it.close();}
 if(process.argv[2]==="keys"){await db.keys({limit:1}).all();}
 if(process.argv[2]==="getmany"){await db.getMany(["e0","e1","e2","e3","e4"].map(x=>Buffer.from(x)));}
} show(process.argv[2]!);} await db.close(); }
await rm(d,{recursive:true});
